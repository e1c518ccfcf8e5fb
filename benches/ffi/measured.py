"""
One process of benches/ffi.py: ``measured.py NAME`` prints the least seconds for a line, and
``measured.py NAME LINES`` writes so many lines, for callgrind to count.
"""

from __future__ import annotations

import os
import sys

from opentelemetry import trace

import tracefmt
from tracefmt import _core
from tracefmt.cli.bench.loops import Loop, format_loop, record
from tracefmt.cli.bench.timing import least
from tracefmt.cli.bench.workloads import SPAN_ID, TRACE_ID, WORKLOADS


def loops() -> dict[str, Loop]:
    """Return what is compared: the same record read, or written to the null device."""
    made = record(WORKLOADS["W3"])
    formatter = tracefmt.Formatter()
    descriptor = os.open(os.devnull, os.O_WRONLY)
    sink = _core.core.Sink(descriptor, 0)
    encoder = formatter._encoder  # noqa: SLF001  # what the handlers pass to the sink

    def through_sink(count: int) -> None:
        for _ in range(count):
            sink.emit(encoder, made)

    def through_os_write(count: int) -> None:
        for _ in range(count):
            os.write(descriptor, formatter.format_bytes(made) + b"\n")

    log = tracefmt.get_logger("ffi")
    handler = tracefmt.StreamHandler(open(os.devnull, "w"), buffer_size=65536)  # noqa: SIM115, PTH123
    log.handlers, log.propagate = [handler], False
    log.setLevel("INFO")

    def through_logger(count: int) -> None:
        for _ in range(count):
            log.info("request finished", user_id="u-8412", attempt=3)

    return {
        "call": through_logger,
        "read": format_loop(formatter.format_bytes, made),
        "sink": through_sink,
        "os.write": through_os_write,
    }


def main() -> None:
    name, *lines = sys.argv[1:]
    ids = trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(trace.TraceFlags.SAMPLED))
    with trace.use_span(trace.NonRecordingSpan(ids)):
        loop = loops()[name]
        if lines:
            loop(int(lines[0]))
        else:
            print(least({name: loop}, rounds=20)[name])


if __name__ == "__main__":
    main()
