"""
What each schema costs beside ``flat``: W3 in a sampled span, by `Formatter.format_bytes`.

Rounds are interleaved, so that a busy machine is busy for all of them; what counts is the least CPU
time of a round.

    python benches/schemas.py
"""

from __future__ import annotations

import logging
import time

from opentelemetry import trace
from workloads import LOGGER, SPAN_ID, TRACE_ID, WORKLOADS

import tracefmt
from tracefmt import _core
from tracefmt.schemas import _registry

CALLS, ROUNDS = 2_000, 40


def record() -> logging.LogRecord:
    workload = WORKLOADS["W3"]
    made = logging.LogRecord(LOGGER, logging.INFO, "f.py", 1, workload.message, (), None)
    made.__dict__.update(workload.fields)
    return made


def least(core: str) -> dict[str, float]:
    """Return microseconds a line by schema."""
    _core.core = _core.load(core)
    options = {"service": "checkout", "project": "my-proj", "thread": False}
    writers = {
        name: tracefmt.Formatter(name, **options).format_bytes for name in sorted(_registry.NAMES)
    }
    subject = record()
    best = dict.fromkeys(writers, float("inf"))
    for _ in range(ROUNDS):
        for name, write in writers.items():
            start = time.process_time_ns()
            for _ in range(CALLS):
                write(subject)
            best[name] = min(best[name], (time.process_time_ns() - start) / CALLS / 1000)
    return best


def main() -> None:
    context = trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(3))
    with trace.use_span(trace.NonRecordingSpan(context)):
        for core in ("rust", "python"):
            found = least(core)
            print(f"{core} core, W3, microseconds of CPU time a line:")
            for name, cost in found.items():
                print(f"  {name:9} {cost:6.2f}  {cost / found['flat']:5.2f} x flat")


if __name__ == "__main__":
    main()
