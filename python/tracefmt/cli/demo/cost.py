"""What one line costs, measured in this process."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from opentelemetry import trace

import tracefmt
from tracefmt.cli.demo.failure import DemoError

ROUNDS = 15
LINES = 1000  # in a round


class Cost(NamedTuple):
    """
    A formatter and what it costs.

    Attributes:
        name: which formatter.
        microseconds: the least CPU time for one line, of several rounds.
        size: the line's length in bytes.
    """

    name: str
    microseconds: float
    size: int


def measure() -> list[Cost]:
    """
    Return what tracefmt's line costs in a span, and for orientation logging's own text lines.

    Raises:
        DemoError: tracefmt's line is without the span's ids, so its cost would say nothing.
    """
    record = _record()
    ours = tracefmt.Formatter(service="checkout")
    plain = logging.Formatter()
    usual = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    active = trace.SpanContext(random.getrandbits(128) | 1, random.getrandbits(64) | 1, False)
    with trace.use_span(trace.NonRecordingSpan(active)):
        line = ours.format(record)
        if trace.format_trace_id(active.trace_id) not in line:
            raise DemoError(f"a line that was logged inside a span is without its ids: {line}")
        name = f"tracefmt.Formatter ({tracefmt.core} core): JSON with ids"
        return [
            _cost(name, ours.format_bytes, record),
            _cost("logging.Formatter: the bare message", plain.format, record),
            _cost("logging.Formatter: time, level, logger, message", usual.format, record),
        ]


def _record() -> logging.LogRecord:
    extra = {
        "user_id": "u-8412",
        "attempt": 3,
        "elapsed_ms": 12.75,
        "cached": False,
        "tags": ["eu", "beta"],
    }
    return logging.getLogger().makeRecord(
        "checkout.orders", logging.INFO, __file__, 1, "request finished", (), None, "order", extra
    )


def _cost(name: str, write: Callable[[logging.LogRecord], Any], record: logging.LogRecord) -> Cost:
    clock = time.thread_time_ns  # this thread's CPU time: other processes do not count
    rounds = []
    for _ in range(ROUNDS):
        started = clock()
        for _ in range(LINES):
            write(record)
        rounds.append(clock() - started)
    return Cost(name, min(rounds) / LINES / 1000, len(write(record)))
