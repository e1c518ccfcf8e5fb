"""The span that OpenTelemetry's API calls current."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext

from tracefmt.spans._span_context import SpanContext, normalize

__all__ = ["OpenTelemetrySource"]


class OpenTelemetrySource:
    """
    Reads the active span through ``opentelemetry-api``.

    It needs no SDK, and may be built before there is one.

    Ids are taken whenever they are valid: from unsampled and remote spans as well, and from spans
    that have ended but are still current.

    Example:
        >>> from tracefmt.spans.opentelemetry import OpenTelemetrySource
        >>> OpenTelemetrySource()() is None  # no span is active here
        True
    """

    def __call__(self) -> SpanContext | None:
        """Return the active span's context, or None without a valid span."""
        return self.read(otel_context.get_current())[0]

    def read(self, context: Any) -> tuple[SpanContext | None, bool]:
        """
        Return what `context` holds, and whether that may be remembered for this very object.

        A Context is immutable, and so is the stock SpanContext; a span of another make whose
        context is missing or of another type is asked again each time.
        """
        span = trace.get_current_span(context)
        if span is trace.INVALID_SPAN:
            return None, True
        span_context: Any = span.get_span_context()
        return normalize(span_context), type(span_context) is trace.SpanContext

    def context_variable(self) -> tuple[dict[str, Any], Any, ContextVar[Any]] | None:
        """
        Return where the runtime in force stands, that runtime, and its variable for the Context.

        None where it is not the stock one (``OTEL_PYTHON_CONTEXT``, ddtrace): its Context objects
        may be new ones at every call, so there is nothing whose identity could be a key.
        """
        namespace = vars(otel_context)
        runtime = namespace.get("_RUNTIME_CONTEXT")
        variable = getattr(runtime, "_current_context", None)
        if type(runtime) is ContextVarsRuntimeContext and isinstance(variable, ContextVar):
            return namespace, runtime, variable
        return None
