"""The identity of a span, and the type of the callables that find it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

MAX_TRACE_ID = (1 << 128) - 1
MAX_SPAN_ID = (1 << 64) - 1


class SpanContext(NamedTuple):
    """
    The three values that tie a line to its trace (W3C Trace Context, section 3.2.2).

    Attributes:
        trace_id: 128-bit integer, not zero.
        span_id: 64-bit integer, not zero.
        trace_flags: 8-bit integer; bit 0 says sampled, bit 1 that the trace id is random.

    Example:
        >>> from tracefmt import SpanContext
        >>> SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, 1).is_valid
        True
        >>> SpanContext(0, 0, 0).is_valid
        False
    """

    trace_id: int
    span_id: int
    trace_flags: int = 1

    @property
    def is_valid(self) -> bool:
        """Whether both ids are integers in range and not zero."""
        return normalize(self) is not None


SpanContextSource: TypeAlias = Callable[[], "SpanContext | None"]
"""Answers "which span is active here?" in the calling thread; None means no span."""


def normalize(span_context: Any) -> SpanContext | None:
    """
    Return the context as plain integers in range, or None where it is not a valid one.

    Takes a `SpanContext`, OpenTelemetry's own, or anything with the attributes ``trace_id``,
    ``span_id`` and ``trace_flags``.  Ids that are zero, too wide or not integers are invalid as a
    whole; flags are cut to the eight bits that W3C Trace Context defines.

    Example:
        >>> from tracefmt.spans import SpanContext, normalize
        >>> normalize(SpanContext(1, 2, 0x1FF)).trace_flags
        255
        >>> normalize(SpanContext(1, 1 << 64)) is None
        True
    """
    trace_id = _integer(getattr(span_context, "trace_id", None))
    span_id = _integer(getattr(span_context, "span_id", None))
    if not (0 < trace_id <= MAX_TRACE_ID and 0 < span_id <= MAX_SPAN_ID):
        return None
    flags = _integer(getattr(span_context, "trace_flags", 0))
    return SpanContext(trace_id, span_id, flags & 0xFF)


def _integer(value: Any) -> int:
    """Return an exact `int`; 0, which is no valid id, for what is not an integer."""
    kind = type(value)
    return int.__int__(value) if issubclass(kind, int) and kind is not bool else 0
