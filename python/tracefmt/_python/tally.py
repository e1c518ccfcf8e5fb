"""How many lines there were, with a span and without."""

from __future__ import annotations

from itertools import count as counter
from typing import Any

from tracefmt._cold.missing import is_looked_at, remember

# Lines of a sampled span, of an unsampled one, and of none.  A counter's step is atomic.
_lines = [counter(), counter(), counter()]
_MISSING = 2
_SAMPLED = 1  # bit of the flags


def count(span: Any, name: Any, *, here: bool) -> None:
    """
    Count a line; for some of those without a span, have it remembered whose they are.

    `here` says whether the thread is the one that logged.
    """
    if span is not None:
        next(_lines[0 if span[2] & _SAMPLED else 1])
        return
    before = next(_lines[_MISSING])
    if is_looked_at(before):
        remember(before, name, here)


def counts() -> tuple[int, int, int]:
    """Return how many lines had a sampled span, an unsampled one, and none."""
    sampled, unsampled, missing = (int(repr(one)[len("count(") : -1]) for one in _lines)
    return sampled, unsampled, missing


def reset_counts() -> None:
    """Count from zero on."""
    _lines[:] = [counter(), counter(), counter()]
