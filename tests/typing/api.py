"""How a user writes tracefmt, for the type checkers; nothing here is run."""

from __future__ import annotations

import io
import logging
import logging.handlers
import queue
import signal
import sys
import threading
from concurrent import futures
from typing import Any

import tracefmt
import tracefmt.access
import tracefmt.hooks
from tracefmt import propagation
from tracefmt.schemas import Form, Input
from tracefmt.spans.opentelemetry import OpenTelemetrySource
from tracefmt.spans.traceparent import TraceparentSource, parse


def set_up() -> None:
    """Configure in the ways that the README shows."""
    handler: logging.Handler | None = tracefmt.configure("INFO", service="checkout")
    tracefmt.configure(logging.DEBUG, filename="app.jsonl", static={"region": "eu"})
    tracefmt.configure("INFO", stream=sys.stdout, rename={"message": "msg"}, exclude=["logger"])
    tracefmt.configure(None)
    if handler is not None:
        handler.setFormatter(tracefmt.Formatter(callsite=True))


def format_one(record: logging.LogRecord) -> tuple[str, bytes]:
    """Use a formatter by itself."""
    formatter = tracefmt.Formatter("flat", span_source=OpenTelemetrySource())
    return formatter.format(record), formatter.format_bytes(record)


def handlers() -> list[logging.Handler]:
    """Build every handler."""
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    buffered = logging.handlers.MemoryHandler(100)
    buffered.addFilter(tracefmt.ContextFilter())
    return [
        tracefmt.StreamHandler(),
        tracefmt.StreamHandler(io.StringIO(), formatter=tracefmt.Formatter()),
        tracefmt.FileHandler("app.jsonl", "a", delay=True),
        tracefmt.FileHandler("app.jsonl", watch=True, reopen_on=signal.SIGHUP, permissions=0o640),
        tracefmt.FileHandler("app.jsonl", watch=0.5, follow_symlinks=False),
        tracefmt.RotatingFileHandler("app.jsonl", maxBytes=1_000_000, backupCount=3),
        tracefmt.TimedRotatingFileHandler("app.jsonl", when="midnight", utc=True),
        tracefmt.QueueHandler(records),
        buffered,
    ]


def own_source() -> tracefmt.SpanContext | None:
    """Be a span context source."""
    return tracefmt.SpanContext(trace_id=1, span_id=2, trace_flags=1)


def own_schema() -> tracefmt.Formatter:
    """Write a layout of one's own."""
    schema = tracefmt.Schema(
        "tiny",
        [
            tracefmt.Field("time", Input.TIMESTAMP, Form.RFC3339),
            tracefmt.Field("text", Input.MESSAGE),
            tracefmt.Field("trace", Input.TRACE_ID, Form.HEX),
        ],
    )
    tracefmt.Formatter(schema, span_source=own_source)
    tracefmt.Formatter(schema, span_source=lambda: parse("00-…"))
    return tracefmt.Formatter(schema, span_source=TraceparentSource(lambda: None))


try:
    tracefmt.Formatter("nonsense")
except tracefmt.ConfigurationError as error:
    message: str = str(error)


def context_fields() -> None:
    """Bind fields to the current context."""
    with tracefmt.bind(request_id="r", user=7):
        pass
    undo = tracefmt.bind(a=1).undo
    undo()
    tracefmt.Formatter(baggage=["tenant"], mixin=lambda: {"n": 1}, structlog_contextvars=True)
    tracefmt.Formatter(redact={"paths": ["a.b"], "remove": True}, max_items=7)


def own_logger() -> None:
    """Log through a logger of tracefmt's."""
    log: logging.Logger = tracefmt.get_logger("app")
    log.info("as ever %s", 1, extra={"a": 1})
    ours = tracefmt.get_logger("app")
    ours.info("paid", order_id=7, total=lambda: 42)
    ours.bind(request_id="r").exception("failed", step=2)
    ours.log(25, "between", exc_info=False)
    tracefmt.configure("INFO", native=True)
    tracefmt.StreamHandler(buffer_size=65536, flush_level="ERROR", flush_interval=1.0)


def add(a: int, b: int) -> int:
    """Be work for somebody else."""
    return a + b


async def carry() -> None:
    """Hand work over in every way."""
    total: int = propagation.wrap(add)(1, 2)
    elsewhere: int = propagation.wrap_for_process(add, fields=["request_id"])(total, 2)
    later: int = await propagation.run_in_executor(None, add, elsewhere, 1)
    threads: list[threading.Thread] = [
        propagation.Thread(target=add, args=(1, later)),
        propagation.Timer(1, add),
    ]
    pools: list[futures.Executor] = [
        propagation.ThreadPoolExecutor(1),
        propagation.ProcessPoolExecutor(1, fields=["request_id"]),
    ]
    future: futures.Future[int] = pools[0].submit(add, 1, 2)
    propagation.install(fields=["request_id"])
    propagation.uninstall()
    with tracefmt.use("00-…") as span, propagation.Carrier.capture().active():
        flags: int | None = None if span is None else span.trace_flags
    print(threads, future, flags)


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """Be an ASGI application."""


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Be a WSGI application."""
    start_response("204 No Content", [])
    return [b""]


def in_a_web_service() -> None:
    """Wrap applications, and take over what servers and Python print."""
    tracefmt.access.ASGIMiddleware(asgi, logger="requests", exclude_paths=["/health"])
    tracefmt.access.WSGIMiddleware(wsgi)
    tracefmt.access.install()
    tracefmt.access.uninstall()
    tracefmt.hooks.install()
    with tracefmt.hooks.remember_span():
        pass
    tracefmt.hooks.uninstall()
