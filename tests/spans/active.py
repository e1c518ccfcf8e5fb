"""Spans that are active for the time of a test, and what a line says of them."""

import contextlib

from opentelemetry import context, trace
from tests.core.line import checked, record

from tracefmt import Formatter

TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
SPAN_ID = 0xB7AD6B7169203331
IDS = (f"{TRACE_ID:032x}", f"{SPAN_ID:016x}")


def span(trace_id=TRACE_ID, span_id=SPAN_ID, flags=1, *, remote=False):
    """Return a span with these ids."""
    flags = trace.TraceFlags(flags)
    return trace.NonRecordingSpan(trace.SpanContext(trace_id, span_id, remote, flags))


@contextlib.contextmanager
def attached(value, key=None):
    """Put a value under the key of the current span, whatever it is."""
    key = key or trace.propagation._SPAN_KEY
    token = context.attach(context.set_value(key, value))
    try:
        yield
    finally:
        context.detach(token)


def ids(formatter=None):
    """Return what a line says now: trace id, span id and flags, or Nones."""
    found = checked((formatter or Formatter()).format(record()))
    return tuple(found.get(name) for name in ("trace_id", "span_id", "trace_flags"))


NONE = (None, None, None)
