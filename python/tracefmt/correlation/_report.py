"""What a scan found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracefmt.reading.trace_id import KINDS, VALID

__all__ = ["BrokenLine", "Group", "Report", "StaleTrace"]

MISSING = tuple(kind for kind in KINDS if kind != VALID)


@dataclass(frozen=True)
class Group:
    """
    Some lines, by what their trace id is.

    Attributes:
        counts: how many lines have each of `tracefmt.reading`'s kinds of id: ``"valid"``, and
            ``"absent"``, ``"empty"``, ``"null"``, ``"zeros"``, ``"0"``, ``"malformed"``.

    Example:
        >>> from tracefmt.correlation import Group
        >>> group = Group({"valid": 3, "absent": 1})
        >>> group.lines, group.missing, group.missing_share
        (4, 1, 0.25)
    """

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        """How many of them have no trace id."""
        return self.lines - self.counts.get(VALID, 0)

    @property
    def missing_share(self) -> float:
        """The share of lines without a trace id, from 0 to 1; 0 where there are no lines."""
        return self.missing / self.lines if self.lines else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {
            "lines": self.lines,
            "missing": self.missing,
            "missing_share": round(self.missing_share, 6),
            "kinds": {kind: self.counts.get(kind, 0) for kind in KINDS},
        }


@dataclass(frozen=True)
class StaleTrace:
    """
    A trace that goes on for longer, or in more processes, than a trace should.

    Attributes:
        trace_id: 32 hex digits.
        first: when its first line was written, in microseconds since the epoch.
        last: likewise, its last.
        lines: how many it has.
        processes: in how many processes it was seen; counted only where that is limited, up to 64.
    """

    trace_id: str
    first: int
    last: int
    lines: int
    processes: int

    @property
    def seconds(self) -> float:
        """How long it went on."""
        return (self.last - self.first) / 1e6


@dataclass(frozen=True)
class BrokenLine:
    """
    A line that is no JSON object.

    Attributes:
        file: its file, as it was named.
        line: its number there, from 1.
        reason: what is wrong with it.
    """

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Report:
    """
    What a scan found.

    Attributes:
        files: the files that were read.
        total: all lines together; broken lines are none.
        services: by service; None is the group of lines that name none, and ``"(other)"`` that of
            the names beyond the first 10,000.
        loggers: by logger, likewise.
        levels: by level, by the names of `logging`.
        minutes: by minute, as seconds since the epoch; None where a line has no time.
        broken: how many lines are no JSON object.
        examples: the first ten of them in each file.
        span: the times of the earliest and the latest line, in microseconds since the epoch.
        stale: traces that look stale, those with the most lines first.
        stale_dropped: how many more there were than could be kept.
        stale_lines: how many lines say in ``trace_stale`` that their span was stale, by why:
            ``"fork"``, ``"ended"``, ``"worker"``.
        unreadable: what could not be read, as text.
    """

    files: tuple[str, ...]
    total: Group
    services: Mapping[str | None, Group]
    loggers: Mapping[str | None, Group]
    levels: Mapping[str | None, Group]
    minutes: Mapping[int | None, Group]
    broken: int = 0
    examples: tuple[BrokenLine, ...] = ()
    span: tuple[int, int] | None = None
    stale: tuple[StaleTrace, ...] = ()
    stale_dropped: int = 0
    unreadable: tuple[str, ...] = ()
    stale_lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing_share(self) -> float:
        """The share of lines without a trace id, from 0 to 1."""
        return self.total.missing_share
