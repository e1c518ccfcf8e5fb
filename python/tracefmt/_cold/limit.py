"""How much of a value may be in a line, and the marks of what is missing."""

from __future__ import annotations

import re
import sys
from typing import Any, NamedTuple

from tracefmt._cold.value import MAX_DEPTH
from tracefmt.exceptions import ConfigurationError

NO_LIMIT = sys.maxsize
_CUT = re.compile("…<([0-9]+) more>\\Z")


class Limits(NamedTuple):
    """
    What a value is cut to.

    Attributes:
        string: characters of a string.
        items: items of an array, members of an object.
        depth: containers inside each other.
        parts: items and characters of one container and all that is in it.
    """

    string: int = NO_LIMIT
    items: int = NO_LIMIT
    depth: int = MAX_DEPTH
    parts: int = NO_LIMIT


def limits(
    max_string_length: int | None = None,
    max_items: int | None = None,
    max_depth: int | None = None,
    max_line_bytes: int | str | None = None,
) -> Limits:
    """
    Return the limits of a formatter's options; None sets none.

    Raises:
        ConfigurationError: a limit is no number, or too small or too large.
    """
    return Limits(
        _checked("max_string_length", max_string_length, NO_LIMIT, NO_LIMIT),
        _checked("max_items", max_items, NO_LIMIT, NO_LIMIT),
        _checked("max_depth", max_depth, MAX_DEPTH, MAX_DEPTH),
        _parts(max_line_bytes),
    )


def _parts(max_line_bytes: int | str | None) -> int:
    """Return the parts of a container with more of which it has no place in any line."""
    if max_line_bytes is None:
        return NO_LIMIT
    from tracefmt._cold.line_limit import checked  # noqa: PLC0415  # costs what `json` does

    return checked(max_line_bytes)


def _checked(option: str, given: Any, highest: int, without: int) -> int:
    if given is None:
        return without
    if type(given) is not int or not 1 <= given <= highest:
        most = "" if highest == NO_LIMIT else f", at most {highest}"
        msg = f"{option}={given!r}: write a whole number above 0{most}, or None for no limit"
        raise ConfigurationError(msg)
    return given


def cut(text: str, length: int) -> str:
    """
    Return `text`, or its first `length` characters and a mark that says how many are missing.

    Text that was cut before (a long `repr`) says how many are missing in all.

    Example:
        >>> from tracefmt._cold.limit import cut
        >>> cut("abcdef", 2), cut("abcdef…<4 more>", 2)
        ('ab…<4 more>', 'ab…<8 more>')
    """
    if len(text) <= length:
        return text
    missing = len(text) - length
    before = _CUT.search(text)
    if before is not None:
        if before.start() <= length:  # as short as it can be said
            return text
        missing = before.start() - length + int(before[1])
    return f"{text[:length]}…<{missing} more>"


def more_than(items: int) -> str:
    """Return the mark in the place of the items that are missing."""
    return f"<more than {items} items>"
