"""Counts by group, in bounded memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tracefmt.reading.trace_id import KINDS

__all__ = ["MOST", "MOST_MINUTES", "Tally"]

MOST = 10_000
"""More groups than these are counted together."""
MOST_MINUTES = 600_000
"""Minutes are small, and a year of them is an audit."""

_INDEX = {kind: index for index, kind in enumerate(KINDS)}


class Tally:
    """Counts of lines by a name, and by what their trace id is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._groups: dict[Hashable, list[int]] = {}
        self._nameless = [0] * len(KINDS)
        self._rest = [0] * len(KINDS)

    def add(self, name: Hashable, kind: str) -> None:
        """Count one line; None is the name of those without."""
        if name is None:
            counts = self._nameless
        else:
            found = self._groups.get(name)
            if found is not None:
                counts = found
            elif len(self._groups) == self._most:
                counts = self._rest
            else:
                counts = self._groups[name] = [0] * len(KINDS)
        counts[_INDEX[kind]] += 1

    def groups(self) -> dict[Any, list[int]]:
        """Return the counts by name; ``...`` is the name of those beyond the limit."""
        found: dict[Any, list[int]] = dict(self._groups)
        if any(self._nameless):
            found[None] = self._nameless
        if any(self._rest):
            found[...] = self._rest
        return found

    def total(self) -> list[int]:
        """Return the counts of all groups together."""
        every = [*self._groups.values(), self._nameless, self._rest]
        return [sum(counts) for counts in zip(*every, strict=True)]
