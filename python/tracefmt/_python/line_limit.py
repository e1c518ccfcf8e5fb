"""Lines that are too long for the plan's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracefmt._cold.last_resort import NOTHING_LEFT

if TYPE_CHECKING:
    from tracefmt._cold.line_limit import LineLimit


def within(line: bytes, limit: LineLimit) -> bytes:
    """Return the line, or as much of it as may be."""
    return line if len(line) <= limit.longest else limit.cut(line)


def within_last(line: bytes, limit: LineLimit | None) -> bytes:
    """Do the same for a line of last resort."""
    if limit is None or len(line) <= limit.longest:
        return line
    try:
        return limit.cut_last(line)
    except Exception:  # no stack left for that either
        return NOTHING_LEFT
