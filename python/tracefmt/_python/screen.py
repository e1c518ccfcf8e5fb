"""What of a line is shown to the plan's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracefmt._cold.exception import ExceptionText
from tracefmt._python.event import EventReader
from tracefmt._python.names import Names

if TYPE_CHECKING:
    from tracefmt._cold.screen import Screen
    from tracefmt._python.encoder import Line


def screen_line(line: Line, screen: Screen, names: Names | EventReader) -> None:
    """Put what passes in the place of attributes, message, arguments and exception."""
    line.message = screen.text(line.message)
    if line.format_args is not None:
        line.format_args = screen.format_args(line.format_args)
    if line.exception is not None and (message := line.exception[1]) is not None:
        kind, _, stacktrace = line.exception
        line.exception = ExceptionText(kind, screen.text(message), stacktrace)
    shown: list[tuple[Any, Any]] = []
    for key, value in names.pairs(line.given):
        seen = screen.attribute(key, value)
        if seen is not screen.removed:
            shown.append((key, seen))
    line.attributes, _ = names.named(shown)
