"""How many lines there were: by logger, and by what their span is worth."""

from __future__ import annotations

from itertools import count as counter
from typing import Any

from tracefmt._cold.missing import is_looked_at, remember

# Of each logger the lines of a sampled span, of an unsampled one, of a stale one, and of none.
# A counter's step is atomic.
_loggers: dict[str | None, list[counter[int]]] = {}
_KNOWN = 512
"""So many loggers are told apart; the lines of all others are counted at one place."""
_OTHERS = None
_STALE, _MISSING = 2, 3
_SAMPLED = 1  # bit of the flags


def count(span: Any, stale: str | None, name: Any, *, here: bool) -> None:
    """
    Count a line; for some of those without a span of their own, have it remembered whose they are.

    `here` says whether the thread is the one that logged.
    """
    kind = _kind(span, stale)
    lines = _loggers.get(name) if type(name) is str else None
    before = next((lines or _lines_of(name))[kind])
    if kind >= _STALE and is_looked_at(before):
        remember(before, name, here, stale)


def _kind(span: Any, stale: str | None) -> int:
    if stale is not None:
        return _STALE
    if span is None:
        return _MISSING
    return 0 if span[2] & _SAMPLED else 1


def _lines_of(name: Any) -> list[counter[int]]:
    known = type(name) is str and len(_loggers) < _KNOWN
    return _loggers.setdefault(name if known else _OTHERS, [counter() for _ in range(4)])


def counts() -> list[tuple[str | None, list[int]]]:
    """Return by logger the lines with a sampled span, an unsampled one, a stale one, and none."""
    found = [(name, [_value(one) for one in lines]) for name, lines in list(_loggers.items())]
    return [(name, lines) for name, lines in found if any(lines)]


def _value(one: counter[int]) -> int:
    return int(repr(one)[len("count(") : -1])


def reset_counts() -> None:
    """Count from zero on."""
    _loggers.clear()
