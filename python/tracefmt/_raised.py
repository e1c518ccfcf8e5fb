"""
In which span an exception was raised, for whoever logs it where that span is not active any more.

Servers and hooks see an exception when the ``with`` blocks of its spans have ended.  Who sees it
earlier leaves the ids on it.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from tracefmt._cold.record import CAPTURE, Captured
from tracefmt.spans import SpanContext, normalize

_ATTRIBUTE = "_tracefmt"


def remember(error: BaseException, context: Any) -> None:
    """Leave the ids of the span in an OpenTelemetry Context on an exception that has none."""
    # here, so that `import tracefmt` needs the standard library alone
    from opentelemetry import trace  # noqa: PLC0415

    span = normalize(trace.get_current_span(context).get_span_context())
    if span is not None and span_of(error) is None:
        with contextlib.suppress(Exception):  # a class may refuse attributes
            error.__dict__[_ATTRIBUTE] = tuple(span)


def span_of(error: BaseException | None) -> SpanContext | None:
    """Return the ids that were left on an exception, or None."""
    mark = getattr(error, "__dict__", {}).get(_ATTRIBUTE)
    return normalize(SpanContext(*mark)) if type(mark) is tuple and len(mark) == 3 else None  # noqa: PLR2004


def stamp(record: logging.LogRecord) -> None:
    """Give a record about such an exception its ids, as if it had been logged in the span."""
    exc_info = record.exc_info
    span = span_of(exc_info[1]) if isinstance(exc_info, tuple) else None
    if span is not None:
        record.__dict__.setdefault(CAPTURE, Captured(span).mark())
