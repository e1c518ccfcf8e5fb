"""The measuring: CPU time of loops that take turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from tracefmt.cli.bench.loops import Loop

Key = TypeVar("Key", bound=Hashable)

FIRST = 50  # lines that warm a loop up, and say how many make a turn


def least(
    loops: Mapping[Key, Loop],
    *,
    rounds: int = 15,
    seconds: float = 0.01,
    after_round: Callable[[], object] = lambda: None,
) -> dict[Key, float]:
    """
    Return what each loop costs: the least CPU time of this thread for one line, in seconds.

    The loops take turns, so that a slow moment of the machine strikes all of them, and the least
    value is the one with the fewest disturbances.

    Args:
        loops: each takes the number of lines to write.
        rounds: how many turns each loop gets.
        seconds: about how long a turn takes.
        after_round: called after each round, to show that something goes on.
    """
    counts = {key: _lines(loop, seconds) for key, loop in loops.items()}
    costs: dict[Key, float] = {}
    for _ in range(rounds):
        for key, loop in loops.items():
            cost = _cpu(loop, counts[key]) / counts[key]
            costs[key] = min(cost, costs.get(key, cost))
        after_round()
    return costs


def _lines(loop: Loop, seconds: float) -> int:
    """Return how many lines take about that long, once the loop is warm."""
    loop(FIRST)
    return max(FIRST, int(seconds * FIRST / max(_cpu(loop, FIRST), 1e-9)))


def _cpu(loop: Loop, count: int) -> float:
    started = time.thread_time_ns()  # other threads and processes do not count
    loop(count)
    return (time.thread_time_ns() - started) / 1e9
