"""Spans by their trace id, and functions that say what another thread or process sees."""

import contextlib

from opentelemetry import context, trace


@contextlib.contextmanager
def span(number):
    """Make a span of that trace current; 0 stands for none."""
    if not number:
        yield
        return
    found = trace.NonRecordingSpan(trace.SpanContext(number, number, False, trace.TraceFlags(1)))
    token = context.attach(trace.set_span_in_context(found))
    try:
        yield
    finally:
        context.detach(token)


def seen(*_):
    """Return the trace id that a line would have here; 0 for none."""
    return trace.get_current_span().get_span_context().trace_id


async def seen_by_coroutine():
    """Return the same, from a coroutine."""
    return seen()


def leave_attached(number=444):
    """Do as a careless task does: attach, and never detach."""
    found = trace.NonRecordingSpan(trace.SpanContext(number, number, False, trace.TraceFlags(1)))
    context.attach(trace.set_span_in_context(found))
    return seen()
