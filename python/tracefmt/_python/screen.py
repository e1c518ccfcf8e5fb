"""What of a line is shown to the plan's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracefmt._cold.screen import Screen
    from tracefmt._python.encoder import Line

_Pairs = list[tuple[Any, Any]]


def screened(line: Line, pairs: _Pairs, screen: Screen) -> _Pairs:
    """Put what passes in the place of message, arguments and exception; return the attributes."""
    line.message = screen.text(line.message)
    if line.format_args is not None:
        line.format_args = screen.format_args(line.format_args)
    if line.exception is not None and (message := line.exception[1]) is not None:
        line.exception = line.exception._replace(message=screen.text(message))
    if line.exception is not None and line.exception.chain is not None:
        line.exception = line.exception._replace(chain=screen.chain(line.exception.chain))
    shown = [(key, screen.attribute(key, value)) for key, value in pairs]
    return [(key, value) for key, value in shown if value is not screen.removed]
