"""
Traces that go on for longer, or in more processes, than a trace should.

Memory is bounded by forgetting traces that were not seen for long: there are two generations, and
when the younger is full, the older one goes.  A stale id is seen again and again, so it stays.
"""

from __future__ import annotations

__all__ = ["Traces"]

MOST = 1 << 17
"""Traces in a generation."""
MOST_STALE = 10_000
"""Stale traces that are kept; what is more is counted."""
MOST_PROCESSES = 64
"""Processes of one trace that are told apart."""

Process = tuple[bytes, bytes]  # its service, and its number


class _Seen:
    __slots__ = ("first", "flagged", "last", "lines", "processes")

    def __init__(self, time: int) -> None:
        self.first = self.last = time
        self.lines = 0
        self.processes: list[Process] = []
        self.flagged = False

    def add(self, time: int, process: Process | None) -> int:
        """Count a line, and return in how many processes of its service it was, if one is new."""
        self.first = min(self.first, time)
        self.last = max(self.last, time)
        self.lines += 1
        known = len(self.processes) == MOST_PROCESSES or process in self.processes
        if process is None or known:
            return 0
        self.processes.append(process)
        return sum(service == process[0] for service, _ in self.processes)


class Traces:
    """The traces of late, and those that are stale."""

    def __init__(self, max_span: int | None, max_processes: int) -> None:
        self._max_span = max_span
        self._max_processes = max_processes
        self._young: dict[str, _Seen] = {}
        self._old: dict[str, _Seen] = {}
        self._stale: dict[str, _Seen] = {}
        self.dropped = 0
        self.are_wanted = max_span is not None or max_processes > 0

    def add(self, trace_id: str, time: int, process: Process | None) -> None:
        """Count a line of a trace."""
        process = process if self._max_processes else None
        stale = self._stale.get(trace_id)
        if stale is not None:
            stale.add(time, process)
            return
        seen = self._young.get(trace_id)
        if seen is None:
            if len(self._young) >= MOST:
                self._old, self._young = self._young, {}
            seen = self._old.pop(trace_id, None) or _Seen(time)
            self._young[trace_id] = seen
        processes = seen.add(time, process)
        crowded = 0 < self._max_processes < processes
        long = self._max_span is not None and seen.last - seen.first > self._max_span
        if (crowded or long) and not seen.flagged:
            seen.flagged = True
            if len(self._stale) == MOST_STALE:
                self.dropped += 1
            else:
                self._stale[trace_id] = self._young.pop(trace_id)

    def found(self) -> list[tuple[str, int, int, int, int]]:
        """Return the stale traces: id, first and last time, lines, processes."""
        return sorted(
            (trace_id, seen.first, seen.last, seen.lines, len(seen.processes))
            for trace_id, seen in self._stale.items()
        )
