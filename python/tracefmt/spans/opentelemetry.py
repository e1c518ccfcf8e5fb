"""The span that OpenTelemetry's API calls current."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import Any, NamedTuple

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext

from tracefmt.spans._span_context import SpanContext, normalize
from tracefmt.spans._stale import END, ENDED, FORK, ends_in, leave, reason_of

__all__ = ["OpenTelemetrySource"]


class Read(NamedTuple):
    """
    What a Context holds.

    Attributes:
        span_context: that of its span, or None without a valid one.
        may_be_remembered: whether that holds for this very Context for ever.
        stale: why the span is stale, as far as that will not change.
        ends_in: the attributes of the span, where `END` says whether it has ended by now.
    """

    span_context: SpanContext | None
    may_be_remembered: bool
    stale: str | None
    ends_in: dict[str, Any] | None


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
        return self.read(otel_context.get_current()).span_context

    def active(self) -> tuple[SpanContext | None, str | None]:
        """Return the active span's context, and why that span is stale where it is."""
        found = self.read(otel_context.get_current())
        stale = found.stale
        if stale is None and found.ends_in is not None and found.ends_in.get(END) is not None:
            stale = ENDED
        return found.span_context, stale

    def read(self, context: Any) -> Read:
        """
        Return what `context` holds.

        A Context is immutable, and so is the stock SpanContext; a span of another make whose
        context is missing or of another type is asked again each time.
        """
        span = trace.get_current_span(context)
        if span is trace.INVALID_SPAN:
            return Read(None, True, None, None)
        span_context: Any = span.get_span_context()
        found = normalize(span_context)
        if found is None:
            return Read(None, type(span_context) is trace.SpanContext, None, None)
        stock = type(span_context) is trace.SpanContext
        return Read(found, stock, reason_of(span), ends_in(span))

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


def leave_inherited() -> None:
    """Remember, in a process that has just been forked, that the current span is its parent's."""
    span = trace.get_current_span()
    if span is not trace.INVALID_SPAN:
        leave(span, FORK)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=leave_inherited)
