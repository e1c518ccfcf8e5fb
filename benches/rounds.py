"""Timed rounds over contenders that take turns."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sinks
from contender import CALL
from driver import RefusedError, Running
from workloads import WORKLOADS

START = 50  # lines, doubled and more until a round is long enough


class Session(NamedTuple):
    """What is measured at a time: every contender with the same work."""

    stage: str
    workload: str
    sink: str = sinks.NULL
    threads: int = 1


class Timed:
    """A contender that has been checked, and its rounds."""

    def __init__(self, name: str, session: Session, folder: Path) -> None:
        self.session = session
        self.sink = sinks.make(session.sink, folder)
        self._expected = 0  # lines at the sink, in all
        self._lines = START
        self._rounds: list[dict[str, int]] = []
        try:
            self.process = Running(name, session.stage, session.workload, self.sink.path)
        except BaseException:
            self.sink.close()
            raise
        enabled = WORKLOADS[session.workload].enabled
        self._writes = session.stage == CALL and enabled and self.process.traits.writes

    def warm_up(self, round_seconds: float) -> None:
        """Write until a round takes that long; that warms caches and compilers up, too."""
        wanted = round_seconds * 1e9
        while (spent := self._run()["cpu_ns"]) < wanted * 0.7:
            self._lines = int(self._lines * min(20, max(1.5, wanted / max(spent, 1))))
            self._lines += self._lines % self.session.threads

    def round(self) -> None:
        """Write one round of lines."""
        self._rounds.append(self._run())

    def _run(self) -> dict[str, int]:
        answer = self.process.ask(f"run {self._lines} {self.session.threads}")
        expected = self._lines if self._writes else 0
        self._expected += expected
        _compare(self.sink.count(), expected)
        return answer

    def end(self) -> None:
        """End the process and the sink, and count what came."""
        self.process.end()
        _compare(self.sink.close(), self._expected)

    def figure(self) -> dict[str, Any]:
        """Return what was measured, in nanoseconds for a line."""
        cpu = [one["cpu_ns"] / self._lines for one in self._rounds]
        wall = [one["wall_ns"] / self._lines for one in self._rounds]
        return {
            "contender": self.process.name,
            **self.session._asdict(),
            "lines": self._lines,
            "least_ns": round(min(cpu), 1),
            "median_ns": round(statistics.median(cpu), 1),
            "wall_least_ns": round(min(wall), 1),
            "rounds_ns": [round(one, 1) for one in cpu],
        }


def _compare(counted: int | None, expected: int) -> None:
    if counted is not None and counted != expected:
        raise RefusedError(f"{counted} lines at the sink where there should be {expected}")


def measure(
    entries: Sequence[tuple[str, Session]], rounds: int, round_seconds: float, folder: Path
) -> tuple[list[dict[str, Any]], list[tuple[str, Session, str]]]:
    """
    Time contenders in turns, each in its own process.

    Args:
        entries: who does what; what is to be compared has to be measured together.
        rounds: how many turns each gets.
        round_seconds: about how long a turn takes.
        folder: where sinks may be.

    Returns:
        The figures, and for those that have none the reason.
    """
    ready: list[Timed] = []
    refused: list[tuple[str, Session, str]] = []
    for name, session in entries:
        try:
            ready.append(Timed(name, session, folder))
        except RefusedError as error:
            refused.append((name, session, str(error)))
    _each(ready, refused, lambda timed: timed.warm_up(round_seconds))
    for _ in range(rounds):
        _each(ready, refused, Timed.round)
        ready[:] = ready[1:] + ready[:1]  # another begins the next time
    _each(ready, refused, Timed.end)
    return [timed.figure() for timed in ready], refused


def _each(
    ready: list[Timed], refused: list[tuple[str, Session, str]], do: Callable[[Timed], object]
) -> None:
    """Do it with each contender; one that fails takes no further part."""
    for timed in ready[:]:
        try:
            do(timed)
        except RefusedError as error:
            ready.remove(timed)
            refused.append((timed.process.name, timed.session, str(error)))
            with contextlib.suppress(RefusedError, OSError):
                timed.end()
