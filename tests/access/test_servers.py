"""What servers log about requests, with and without `tracefmt.access.install()`."""

import logging

import pytest
from opentelemetry import trace
from tests.access.conftest import SPAN, TRACE

import tracefmt.access
from tracefmt import _raised


@pytest.fixture
def installed():
    tracefmt.access.install()
    yield
    tracefmt.access.uninstall()


def remembered(error):
    """An exception that left a span which is not active any more."""
    context = trace.SpanContext(int(TRACE, 16), int(SPAN, 16), False, trace.TraceFlags(1))
    _raised.remember(error, trace.set_span_in_context(trace.NonRecordingSpan(context)))
    return error


@pytest.mark.parametrize(
    ("logger", "message", "extra"),
    [
        ("uvicorn.access", '%s - "%s" %d', {}),
        ("gunicorn.access", "%(r)s", {}),
        ("hypercorn.access", "%(r)s", {}),
        ("granian.access", "%(r)s", {}),
        ("werkzeug", '127.0.0.1 - - [24/Nov/2026] "%s" %s %s\n', {}),
        ("django.server", '"%s" %s %s', {"status_code": 200, "request": "r"}),
    ],
)
def test_access_loggers_are_silent(lines, installed, logger, message, extra):
    """A server's line about a finished request is not written."""
    record = logging.LogRecord(logger, logging.INFO, "", 1, message, ("a", "b", 3), None)
    vars(record).update(extra)
    logging.getLogger(logger).handle(record)

    assert lines.objects() == []


@pytest.mark.parametrize("logger", ["werkzeug", "django.server"])
def test_other_lines_of_these_loggers_stay(lines, installed, logger):
    """What else such a logger says is written."""
    logging.getLogger(logger).info(" * Running on http://127.0.0.1:5000")

    assert [line["logger"] for line in lines.objects()] == [logger]


@pytest.mark.parametrize(
    "logger", ["uvicorn.error", "gunicorn.error", "hypercorn.error", "waitress"]
)
def test_lines_about_errors_get_their_ids(lines, installed, logger):
    """A server's line about an exception has the ids of the span that it left."""
    logging.getLogger(logger).error("failed", exc_info=remembered(LookupError("no order")))

    (line,) = lines.objects()
    assert (line["trace_id"], line["span_id"], line["trace_flags"]) == (TRACE, SPAN, "01")


@pytest.mark.parametrize("error", [LookupError("no order"), None, True])
def test_lines_about_other_errors_stay_as_they_are(lines, installed, error):
    """An exception that left no span is written without ids."""
    logging.getLogger("uvicorn.error").error("failed", exc_info=error)

    (line,) = lines.objects()
    assert "trace_id" not in line


def test_uninstall(lines):
    """Afterwards servers write what they wrote before, however often it was installed."""
    tracefmt.access.install()
    tracefmt.access.install()
    tracefmt.access.uninstall()
    logging.getLogger("uvicorn.access").info("GET / 200")
    logging.getLogger("uvicorn.error").error("failed", exc_info=remembered(LookupError()))

    access, error = lines.objects()
    assert access["message"] == "GET / 200"
    assert "trace_id" not in error
    assert logging.getLogger("uvicorn.access").filters == []


def test_first_span_counts(lines, installed):
    """An exception that passes through several spans keeps the innermost one's ids."""
    error = remembered(LookupError())
    other = trace.SpanContext(1, 2, False)
    _raised.remember(error, trace.set_span_in_context(trace.NonRecordingSpan(other)))

    assert _raised.span_of(error).trace_id == int(TRACE, 16)
