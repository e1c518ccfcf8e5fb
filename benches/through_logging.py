"""What contenders under `logging.Logger` have in common: they differ in their handler alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from contender import FORMAT, Prepared
from workloads import LOGGER, Workload

from tracefmt.cli.bench.loops import Loop, format_loop, logging_loop, record


def prepared(
    stage: str,
    handler: logging.Handler,
    workload: Workload,
    log: Any = None,
    write: Callable[[logging.LogRecord], str | bytes] | None = None,
    loop: Callable[[Any, Workload], Loop] = logging_loop,
) -> Prepared:
    """
    Return the contender with this handler.

    Args:
        stage: what is to be measured.
        handler: with its formatter.
        workload: what is logged.
        log: the logger; the one of `logging` if None.
        write: what the stage ``format`` measures, if not the formatter's ``format``.
        loop: makes the loop around the call, with ``extra=`` or with keyword fields.
    """
    if stage == FORMAT:
        made = record(workload)
        write = write or handler.format
        return Prepared(format_loop(write, made), line=lambda: write(made))
    log = log or logging.getLogger(LOGGER)
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO if workload.enabled else logging.WARNING)
    return Prepared(loop(log, workload), handler.flush)


def instrument() -> None:
    """Let OpenTelemetry's instrumentation put the ids on each record."""
    # here, since one contender in a process is instrumented and another must not be
    from opentelemetry.instrumentation.logging import LoggingInstrumentor  # noqa: PLC0415

    LoggingInstrumentor().instrument(
        inject_trace_context=True, enable_log_auto_instrumentation=False
    )


INSTRUMENTED_IDS = ("otelTraceID", "otelSpanID")
INSTRUMENTATION = ("opentelemetry-sdk", "opentelemetry-instrumentation-logging")
