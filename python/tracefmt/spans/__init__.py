"""
Sources that know which span is active here.

A *span context source* is any callable without parameters that returns a
`SpanContext`, or None where no span is active.  `tracefmt.spans.opentelemetry` reads the
active OpenTelemetry span, `tracefmt.spans.traceparent` takes W3C header text,
`tracefmt.spans.datadog` reads ddtrace's own tracer.
"""

from tracefmt.spans._span_context import SpanContext, SpanContextSource, normalize
from tracefmt.spans._use import use

__all__ = ["SpanContext", "SpanContextSource", "normalize", "use"]
