"""Whose lines have no span of their own: the places that most of them come from."""

from __future__ import annotations

import sys
import threading
from typing import Any, TypeAlias

from tracefmt._cold.mechanism import ENDED_SPAN, NO_SPAN, Mechanism, mechanism
from tracefmt.spans._stale import ENDED

FIRST = 256
"""So many of a logger's lines without a span are looked at, each of them."""

EVERY = 1024
"""Of those that follow, one of so many: looking costs more than the line."""

PLACES = 512
"""So many places are remembered; the rarest one gives way to a new one."""

Seen: TypeAlias = "dict[tuple[Any, str, str, Mechanism, str | None], int]"
_SEEN: Seen = {}
_OWN = ("logging.", "structlog.", "tracefmt.")
_APPLICATIONS = ("tracefmt.cli.",)


def is_looked_at(before: int) -> bool:
    """Return whether a line is, before which there were so many."""
    # spread, so that it is not always the same one of a few that follow each other in turn
    return before < FIRST or (before * _GOLDEN & _WORD) >> 54 == 0


_GOLDEN, _WORD = 0x9E3779B97F4A7C15, (1 << 64) - 1


def remember(before: int, name: Any, here: bool, stale: str | None) -> None:
    """
    Count a line at its place: logger, callsite, thread, mechanism, and why its span is stale.

    Where another thread logged than this one, which writes, its logger is all that is known.
    """
    try:
        logger = name if type(name) is str else None
        place = (logger, "", "", NO_SPAN, stale)
        if here:
            lost = ENDED_SPAN if stale == ENDED else mechanism()
            place = (logger, _callsite(), threading.current_thread().name, lost, stale)
        weight = 1 if before < FIRST else EVERY
        known = _SEEN.get(place)
        if known is None and len(_SEEN) >= PLACES:
            # the new one may be what the rarest one was so far (Metwally and others: space saving)
            rarest = min(_SEEN, key=_SEEN.__getitem__)
            known = _SEEN.pop(rarest, 0)
        _SEEN[place] = (known or 0) + weight
    except Exception:  # a place is worth less than the line
        return


def _callsite() -> str:
    """Return file and line of the innermost frame that is not of a library that logs."""
    frame: Any = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        module = f"{frame.f_globals.get('__name__')}."
        if not module.startswith(_OWN) or module.startswith(_APPLICATIONS):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def is_allowed(logger: str | None, allow: tuple[str, ...]) -> bool:
    """Return whether a logger is one of these, or a child of one."""
    return logger is not None and any(
        logger == name or logger.startswith(f"{name}.") for name in allow
    )


def seen() -> Seen:
    """Return the places with their counts."""
    return dict(_SEEN)


def forget() -> None:
    """Begin anew."""
    _SEEN.clear()
