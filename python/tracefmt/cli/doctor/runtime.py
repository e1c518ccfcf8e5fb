"""Where OpenTelemetry keeps its context, and the span that a thread was born with."""

from __future__ import annotations

import threading
from contextvars import Context
from typing import NamedTuple


class Runtime(NamedTuple):
    """
    OpenTelemetry's context runtime.

    Attributes:
        name: its class; with its module where that is not OpenTelemetry's.
        is_stock: whether it is the one over a context variable, which a core reads without detour.
    """

    name: str
    is_stock: bool

    @classmethod
    def in_force(cls) -> Runtime:
        """
        Return the runtime that is in force now.

        Raises:
            ImportError: there is no opentelemetry-api.
        """
        # here, since an application without it is to be told so, and not to fail
        from opentelemetry import context  # noqa: PLC0415

        from tracefmt.spans.opentelemetry import OpenTelemetrySource  # noqa: PLC0415

        kind = type(vars(context).get("_RUNTIME_CONTEXT"))
        if OpenTelemetrySource().context_variable() is not None:
            return cls(kind.__qualname__, is_stock=True)
        return cls(f"{kind.__module__}.{kind.__qualname__}", is_stock=False)


def trace_id_of(thread: threading.Thread) -> str | None:
    """
    Return the trace id of the span that was active when the thread was started, if it holds one.

    A thread holds it where the threading instrumentation is in force, or where threads inherit the
    context (``sys.flags.thread_inherit_context``, Python 3.14 and newer).

    Raises:
        ImportError: there is no opentelemetry-api.
    """
    from opentelemetry import trace  # noqa: PLC0415  # as above

    from tracefmt.spans.opentelemetry import OpenTelemetrySource  # noqa: PLC0415

    source = OpenTelemetrySource()
    context = getattr(thread, "_otel_context", None)  # left there by the instrumentation
    if context is None:
        inherited = getattr(thread, "_context", None)  # by Python 3.14
        stock = source.context_variable()
        if isinstance(inherited, Context) and stock is not None:
            context = inherited.get(stock[-1])
    span = None if context is None else source.read(context)[0]
    return None if span is None else trace.format_trace_id(span.trace_id)
