"""The span that ddtrace's own tracer calls current."""

from __future__ import annotations

from typing import Any

from ddtrace import tracer  # type: ignore[attr-defined, unused-ignore]

from tracefmt.spans._span_context import SpanContext

__all__ = ["DatadogSource"]


class DatadogSource:
    """
    Reads ddtrace's active trace context, for services that do not go through OpenTelemetry's API.

    The trace id is ddtrace's 128-bit one (the 64-bit one, left-padded with zeros, where 128-bit
    ids are switched off). The sampled flag is set unless ddtrace has decided against the trace, as
    in its own bridge to OpenTelemetry.

    Example:
        >>> from tracefmt import Formatter
        >>> from tracefmt.spans.datadog import DatadogSource  # needs ddtrace
        >>> formatter = Formatter(span_source=DatadogSource())
    """

    def __call__(self) -> SpanContext | None:
        """Return the active span's context, or None without a span."""
        active: Any = tracer.current_trace_context()
        if active is None or not active.trace_id or not active.span_id:
            return None
        priority = active.sampling_priority  # None until it is decided
        sampled = 0 if priority is not None and priority <= 0 else 1
        return SpanContext(active.trace_id, active.span_id, sampled)
