"""One process of benches/instructions.py: ``counted.py NAME LINES`` writes so many lines of W3."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

from opentelemetry import trace

import tracefmt
from tracefmt.cli.bench.loops import format_loop, record
from tracefmt.cli.bench.workloads import SPAN_ID, TRACE_ID, WORKLOADS

Loop = Callable[[int], None]
USER, ATTEMPT, ELAPSED, CACHED, TAGS = "u-8412", 3, 12.75, False, ["eu", "beta"]


def with_handler(log: logging.Logger, handler: logging.Handler) -> logging.Logger:
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    return log


def extra(log: logging.Logger) -> Loop:
    def loop(count: int) -> None:
        for _ in range(count):
            log.info(
                "request finished",
                extra={
                    "user_id": USER,
                    "attempt": ATTEMPT,
                    "elapsed_ms": ELAPSED,
                    "cached": CACHED,
                    "tags": TAGS,
                },
            )

    return loop


def fields(log: tracefmt.Logger) -> Loop:
    def loop(count: int) -> None:
        for _ in range(count):
            log.info(
                "request finished",
                user_id=USER,
                attempt=ATTEMPT,
                elapsed_ms=ELAPSED,
                cached=CACHED,
                tags=TAGS,
            )

    return loop


def disabled(log: tracefmt.Logger) -> Loop:
    def loop(count: int) -> None:
        for _ in range(count):
            log.debug("request finished", user_id=USER, attempt=ATTEMPT)

    return loop


def loop_of(name: str) -> Loop:
    stream = open(os.devnull, "w", buffering=1)  # noqa: SIM115, PTH123  # as long as the process
    log = tracefmt.get_logger("native")
    plain = logging.getLogger("plain")
    if name == "format":
        return format_loop(tracefmt.Formatter().format_bytes, record(WORKLOADS["W3"]))
    if name == "stdlib_null":
        return extra(with_handler(plain, logging.NullHandler()))
    size = 65536 if name.endswith("_buffered") else 0
    handler = tracefmt.StreamHandler(stream, buffer_size=size)
    if name.startswith("handler"):
        return extra(with_handler(plain, handler))
    with_handler(log, handler)
    if name.startswith("logger_fields"):
        return fields(log)
    return disabled(log) if name == "logger_disabled" else extra(log)


def main() -> None:
    name, lines = sys.argv[1:]
    ids = trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(trace.TraceFlags.SAMPLED))
    with trace.use_span(trace.NonRecordingSpan(ids)):
        loop_of(name)(int(lines))


if __name__ == "__main__":
    main()
