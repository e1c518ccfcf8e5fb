"""
In which span an exception was raised, for whoever logs it where that span is not active any more.

Servers and hooks see an exception when the ``with`` blocks of its spans have ended.  Who sees it
earlier leaves the ids on it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tracefmt.spans import SpanContext, normalize

_ATTRIBUTE = "_tracefmt"


def remember(error: BaseException, context: Any) -> None:
    """Leave the ids of the span in an OpenTelemetry Context on an exception that has none."""
    span = normalize(span_context(context))
    if span is not None and span_of(error) is None:
        with contextlib.suppress(Exception):  # a class may refuse attributes
            error.__dict__[_ATTRIBUTE] = tuple(span)


def span_context(context: Any) -> Any:
    """Return the context of the span in an OpenTelemetry Context; None where the span has none."""
    # here, so that who imports this needs the standard library alone
    from opentelemetry import trace  # noqa: PLC0415

    try:
        return trace.get_current_span(context).get_span_context()
    except Exception:  # a span of somebody else's make
        return None


def span_of(error: BaseException | None) -> SpanContext | None:
    """Return the ids that were left on an exception, or None."""
    mark = getattr(error, "__dict__", {}).get(_ATTRIBUTE)
    return normalize(SpanContext(*mark)) if type(mark) is tuple and len(mark) == 3 else None  # noqa: PLR2004


@contextlib.contextmanager
def active(span: SpanContext | None) -> Iterator[None]:
    """Make a span the active one, or none where `span` is None, for all who look at it."""
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.context import Context, attach, detach  # noqa: PLC0415

    context = Context()
    if span is not None:
        flags = trace.TraceFlags(span.trace_flags)
        found = trace.SpanContext(span.trace_id, span.span_id, is_remote=False, trace_flags=flags)
        context = trace.set_span_in_context(trace.NonRecordingSpan(found), context)
    token = attach(context)
    try:
        yield
    finally:
        detach(token)
