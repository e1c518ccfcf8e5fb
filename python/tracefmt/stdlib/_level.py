"""Levels as users name them."""

from __future__ import annotations

import logging

from tracefmt.exceptions import ConfigurationError


def level_number(level: int | str, option: str) -> int:
    """
    Return the number of a level that logging knows by name, or the number itself.

    Raises:
        ConfigurationError: the name is unknown.
    """
    # logging's own look-up takes names that were added with addLevelName
    number = logging.getLevelName(level) if isinstance(level, str) else level
    if isinstance(number, bool) or not isinstance(number, int):
        msg = f"{option}={level!r}: write a name that logging knows, such as 'INFO', or a number"
        raise ConfigurationError(msg)
    return number
