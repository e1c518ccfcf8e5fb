"""Spans that are named by hand, in any of the forms that people hold them in."""

from __future__ import annotations

from typing import Any

from tracefmt.spans._span_context import SpanContext, normalize


def span_context_of(value: Any) -> SpanContext | None:
    """
    Return the span that `value` names, or None where it names no valid one.

    Raises:
        TypeError: `value` is none of `SpanContext` (tracefmt's or OpenTelemetry's), OpenTelemetry
            span, OpenTelemetry Context, ``traceparent`` text and None.
    """
    if value is None:
        return None
    if isinstance(value, str):
        from tracefmt.spans.traceparent import parse  # noqa: PLC0415  # seldom needed

        return parse(value)
    if isinstance(value, SpanContext):
        return normalize(value)
    # what is left is OpenTelemetry's, and so it has been imported; or it is nothing that we know
    from opentelemetry import context, trace  # noqa: PLC0415

    if isinstance(value, context.Context):
        value = trace.get_current_span(value)
    if isinstance(value, trace.Span):
        value = value.get_span_context()
    elif not isinstance(value, trace.SpanContext):
        kind = type(value).__qualname__
        raise TypeError(f"{kind} names no span; give a SpanContext or the text of a traceparent")
    return normalize(value)


def context_of(value: Any) -> Any:
    """
    Return the OpenTelemetry Context in which the span that `value` names is the current one.

    What else is in the current Context (baggage) stays; a Context is itself.  Where `value` names
    no valid span, none is current.

    Raises:
        TypeError: as for `span_context_of`.
    """
    from opentelemetry import context, trace  # noqa: PLC0415  # no import of ours loads it

    if isinstance(value, context.Context):
        return value
    found = span_context_of(value)
    if found is None:
        span: trace.Span = trace.INVALID_SPAN
    elif isinstance(value, trace.Span):
        span = value
    elif isinstance(value, trace.SpanContext):
        span = trace.NonRecordingSpan(value)
    else:
        flags = trace.TraceFlags(found.trace_flags)
        span = trace.NonRecordingSpan(
            trace.SpanContext(found.trace_id, found.span_id, is_remote=True, trace_flags=flags)
        )
    return trace.set_span_in_context(span)
