"""Lines and records next to libraries that look at the same records."""

import json
import logging
import sys

import pytest
from tests.frameworks.configurations import Page

import tracefmt

START = """
import io, json, logging, sys
from opentelemetry import trace
import tracefmt
def span(number):
    context = trace.SpanContext(number, number, False, trace.TraceFlags(1))
    return trace.use_span(trace.NonRecordingSpan(context))
log = {get_logger}("app")
tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp", "taskName"])
"""
LINE = {
    "level": "info",
    "logger": "app",
    "message": "paid 7",
    "trace_id": f"{7:032x}",
    "span_id": f"{7:016x}",
    "trace_flags": "01",
    "order_id": 7,
}


@pytest.fixture(params=["logging.getLogger", "tracefmt.get_logger"])
def logged(request, run_script):
    """Run a script with a plain logger and with one of ours; return its lines."""

    def logged(source):
        out = run_script(START.format(get_logger=request.param) + source)
        return [json.loads(line) for line in out.decode().splitlines()]

    return logged


def test_logging_instrumentor(logged):
    """What LoggingInstrumentor puts on records is not in the line, and the ids are there once."""
    (line,) = logged("""
from opentelemetry.instrumentation.logging import LoggingInstrumentor
try:
    LoggingInstrumentor().instrument(inject_trace_context=True)
except TypeError:
    LoggingInstrumentor().instrument()
with span(7):
    log.info("paid %d", 7, extra={"order_id": 7})
""")

    assert line == LINE


EXPORTED = """
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
import opentelemetry.sdk._logs.export as export
exporter = getattr(export, "InMemoryLogRecordExporter", None) or export.InMemoryLogExporter
exporter = exporter()
provider = LoggerProvider(shutdown_on_exit=False)
provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
try:
    from opentelemetry.instrumentation.logging.handler import LoggingHandler
except ImportError:
    from opentelemetry.sdk._logs import LoggingHandler
logging.getLogger().addHandler(LoggingHandler(logger_provider=provider))
def exported():
    (found,) = exporter.get_finished_logs()
    found = found.log_record
    keys = {key for key in found.attributes if not key.startswith("code.")}
    return found.trace_id, found.span_id, keys
"""


def test_logging_handler(logged):
    """What LoggingHandler exports has the user's attributes and no ids among them."""
    lines = logged(
        EXPORTED
        + """
with span(7):
    log.info("paid %d", 7, extra={"order_id": 7})
assert exported() == (7, 7, {"order_id"}), exported()
"""
    )

    assert lines == [LINE]


@pytest.mark.parametrize("queued", [True, False])
def test_logging_handler_before_a_capture(logged, queued):
    """What is taken down for a handler after LoggingHandler's is not exported."""
    handler = "tracefmt.QueueHandler(queue.SimpleQueue())"
    if not queued:
        handler = "logging.handlers.MemoryHandler(9, target=logging.getLogger().handlers[0])"
    lines = logged(
        EXPORTED
        + f"""
import logging.handlers, queue
root = logging.getLogger()
root.addHandler({handler})
if not {queued}:
    root.handlers[-1].addFilter(tracefmt.ContextFilter())
    root.handlers.pop(0)
with span(7):
    log.info("paid %d", 7, extra={{"order_id": 7}})
logging.shutdown()
assert exported() == (7, 7, {{"order_id"}}), exported()
"""
    )

    assert lines == [LINE]


def test_logging_handler_and_hooks(logged):
    """What LoggingHandler exports of an uncaught exception has the ids of the span it left."""
    (line,) = logged(
        EXPORTED
        + """
import tracefmt.hooks
tracefmt.hooks.install()
try:
    with span(7), tracefmt.hooks.remember_span():
        raise LookupError("no order")
except LookupError:
    sys.excepthook(*sys.exc_info())
trace_id, span_id, keys = exported()
assert (trace_id, span_id) == (7, 7)
assert all(key.startswith("exception.") for key in keys), keys
"""
    )

    assert line["trace_id"] == f"{7:032x}"


def test_logging_handler_and_servers(logged):
    """What LoggingHandler exports of a server's line about an exception has the request's ids."""
    (line,) = logged(
        EXPORTED
        + """
import tracefmt.access, tracefmt.hooks
tracefmt.access.install()
error = logging.getLogger("uvicorn.error")
try:
    with span(7), tracefmt.hooks.remember_span():
        raise LookupError("no order")
except LookupError:
    error.exception("Exception in ASGI application")
trace_id, span_id, keys = exported()
assert (trace_id, span_id) == (7, 7)
assert all(key.startswith("exception.") for key in keys), keys
"""
    )

    assert line["trace_id"] == f"{7:032x}"


def test_sentry(logged):
    """Sentry sees breadcrumbs and errors, and the lines are as without it."""
    lines = logged("""
import sentry_sdk.integrations.logging
events = []
sentry_sdk.init(
    dsn="http://key@127.0.0.1:1/1",
    transport=lambda event: None,
    before_send=lambda event, hint: events.append(event),
    default_integrations=False,
    integrations=[sentry_sdk.integrations.logging.LoggingIntegration()],
)
with span(7):
    log.info("paid %d", 7, extra={"order_id": 7})
    log.error("failed")
(event,) = events
assert event["logentry"]["message"] == "failed"
assert [crumb["message"] for crumb in event["breadcrumbs"]["values"]] == ["paid 7"]
""")

    assert lines[0] == LINE
    assert lines[1]["trace_id"] == LINE["trace_id"]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="ddtrace is not there yet")
def test_ddtrace(run_script):
    """With ddtrace's patched loggers the line has ddtrace's ids, and once."""
    out = run_script(
        START.format(get_logger="tracefmt.get_logger")
        + """
from ddtrace import tracer, patch
patch(logging=True)
from tracefmt.spans.datadog import DatadogSource
keys = ("trace_id", "span_id", "service", "env", "version")
left_out = ["timestamp", *(f"dd.{key}" for key in keys)]
tracefmt.configure("INFO", stream=sys.stdout, exclude=left_out, span_source=DatadogSource())
with tracer.trace("work") as found:
    log.info("paid %d", 7, extra={"order_id": 7})
    log.info("%s", json.dumps([f"{found.trace_id:032x}", f"{found.span_id:016x}"]))
"""
    )
    lines = map(json.loads, out.splitlines())
    first, second = (line for line in lines if line["logger"] == "app")  # ddtrace logs, too

    trace_id, span_id = json.loads(second["message"])
    assert first == {**LINE, "trace_id": trace_id, "span_id": span_id}


def test_rich(logged):
    """Rich's handler writes its text, and the line is as without it."""
    lines = logged("""
from rich.console import Console
from rich.logging import RichHandler
out = io.StringIO()
logging.getLogger().handlers.insert(0, RichHandler(console=Console(file=out), rich_tracebacks=True))
with span(7):
    log.info("paid %d", 7, extra={"order_id": 7})
    try:
        raise LookupError("no order")
    except LookupError:
        log.exception("failed")
assert "paid 7" in out.getvalue() and "LookupError" in out.getvalue()
""")

    assert lines[0] == LINE
    assert lines[1]["exception.stacktrace"].startswith("Traceback (most recent call last):\n")
    assert lines[1]["trace_id"] == LINE["trace_id"]


@pytest.mark.parametrize("get_logger", [logging.getLogger, tracefmt.get_logger])
def test_caplog(caplog, tmp_path, get_logger):
    """Pytest's caplog has every record, message and exception, next to our handler."""
    with (tmp_path / "out.jsonl").open("w") as stream:
        tracefmt.configure("INFO", stream=stream)
        log = get_logger("beside.caplog")
        log.info("paid %d", 7, extra={"order_id": 7})
        log.error("failed", exc_info=LookupError("no order"))
        tracefmt.configure(None)

    assert caplog.record_tuples == [
        ("beside.caplog", logging.INFO, "paid 7"),
        ("beside.caplog", logging.ERROR, "failed"),
    ]
    assert caplog.records[0].order_id == 7
    assert "LookupError: no order" in caplog.text
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


def test_caplog_with_our_formatter(caplog, monkeypatch):
    """Caplog's own handler can write our lines."""
    # all tests share that handler, so it gets its own formatter back
    monkeypatch.setattr(caplog.handler, "formatter", tracefmt.Formatter(exclude=["timestamp"]))
    logging.getLogger("beside.caplog").warning("paid")

    assert caplog.text == '{"level":"warning","logger":"beside.caplog","message":"paid"}\n'


def lines_of(run_script, file):
    """Run a file of the page within a span; return its lines."""
    source = Page("beside").files[file]
    head = START.format(get_logger="logging.getLogger").rpartition("\n")[0].rpartition("\n")[0]
    body = source.replace("\n", "\n    ")
    out = run_script(f"{head}\nwith span(7):\n    {body}")
    return list(map(json.loads, out.splitlines()))


def test_loguru_sink(run_script):
    """A handler of ours is a sink of loguru's, and takes extras, exceptions and ids with it."""
    first, second = lines_of(run_script, "sink.py")

    assert first["message"] == "order received"
    assert first["extra"] == {"order_id": 7}
    assert {first["trace_id"], second["trace_id"]} == {f"{7:032x}"}
    assert second["level"] == "error"
    assert second["message"] == "order failed"
    assert second["exception.type"] == "ZeroDivisionError"


def test_loguru_intercepts(run_script):
    """What logging hands to loguru is one line each, with the logger's name, attributes and ids."""
    first, second, third = lines_of(run_script, "intercept.py")

    assert {line["trace_id"] for line in (first, second, third)} == {f"{7:032x}"}
    assert [line["message"] for line in (first, second, third)] == [
        *("order 7 {read}", "order received", "order failed"),
    ]
    assert (first["logger"], first["level"], first["extra"]) == (
        *("orders.db", "info", {"order_id": 7}),
    )
    assert second["extra"] == {"order_id": 7}
    assert (third["logger"], third["level"]) == ("orders.db", "error")
    assert third["exception.type"] == "ZeroDivisionError"
    assert third["exception.stacktrace"].endswith("ZeroDivisionError: division by zero\n")
