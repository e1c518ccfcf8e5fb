"""What one line costs, measured in this process."""

from __future__ import annotations

import logging
import random
from typing import NamedTuple

from opentelemetry import trace

import tracefmt
from tracefmt.cli.bench.loops import format_loop, record
from tracefmt.cli.bench.timing import least
from tracefmt.cli.bench.workloads import WORKLOADS
from tracefmt.cli.demo.failure import DemoError


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
    made = record(WORKLOADS["W3"])
    ours = tracefmt.Formatter(service="checkout")
    plain = logging.Formatter()
    usual = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    active = trace.SpanContext(random.getrandbits(128) | 1, random.getrandbits(64) | 1, False)
    with trace.use_span(trace.NonRecordingSpan(active)):
        line = ours.format(made)
        if trace.format_trace_id(active.trace_id) not in line:
            raise DemoError(f"a line that was logged inside a span is without its ids: {line}")
        writers = {
            f"tracefmt.Formatter ({tracefmt.core} core): JSON with ids": ours.format_bytes,
            "logging.Formatter: the bare message": plain.format,
            "logging.Formatter: time, level, logger, message": usual.format,
        }
        costs = least({name: format_loop(write, made) for name, write in writers.items()})
        return [Cost(name, costs[name] * 1e6, len(write(made))) for name, write in writers.items()]
