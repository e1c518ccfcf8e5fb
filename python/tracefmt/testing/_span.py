"""A span for the time of a test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tracefmt.exceptions import ConfigurationError
from tracefmt.spans import SpanContext, use


@contextmanager
def span(trace_id: int | str | None = None, *, sampled: bool = True) -> Iterator[SpanContext]:
    """
    Make a test span active, without OpenTelemetry's SDK.

    Args:
        trace_id: 32 hex digits, or an integer; None stands for a random one.
        sampled: whether the span says that it is sampled.

    Raises:
        ConfigurationError: `trace_id` is no valid one.

    Example:
        >>> from tracefmt import testing
        >>> with testing.span("0af7651916cd43dd8448eb211c80319c") as span:
        ...     print(f"{span.trace_id:032x}", span.trace_flags)
        0af7651916cd43dd8448eb211c80319c 1
    """
    number = secrets.randbits(128) or 1 if trace_id is None else number_of(trace_id)
    made = SpanContext(number, secrets.randbits(64) or 1, int(sampled))
    if not made.is_valid:
        raise ConfigurationError(f"trace_id={trace_id!r}: write 32 hex digits, not all of them 0")
    with use(made):
        yield made


def number_of(trace_id: int | str) -> int:
    if isinstance(trace_id, int):
        return trace_id
    try:
        return int(trace_id, 16)
    except (TypeError, ValueError):
        raise ConfigurationError(f"trace_id={trace_id!r}: write 32 hex digits") from None
