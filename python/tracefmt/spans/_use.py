"""A span that is named by hand, where no library has made one current."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.spans._explicit import context_of, span_context_of
from tracefmt.spans._span_context import SpanContext


class use:  # noqa: N801  # a function in all but the letter of the law, as `contextlib.suppress` is
    """
    Make a span the active one for a block of code.

    For code without an ambient context: a message with a ``traceparent`` header, a job whose ids
    stand in a table. OpenTelemetry's current context is what is set, so that spans that are
    started in the block are its children, and every library sees it.

    Args:
        span: a `SpanContext` (tracefmt's or OpenTelemetry's), an OpenTelemetry span or Context,
            the text of a ``traceparent`` header, or None. Where it names no valid span, as with a
            broken header, no span is active in the block, rather than that of somebody else.

    Raises:
        ConfigurationError: `span` is of another type.

    Example:
        >>> import logging, sys, tracefmt
        >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        >>> with tracefmt.use("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        ...     logging.info("one")  # doctest: +ELLIPSIS
        {"level":"info","logger":"root","message":"one","trace_id":"0af7651916cd43dd8448eb211c80319c",...}
        >>> with tracefmt.use("garbage") as span:
        ...     print(span)
        None
        >>> tracefmt.configure(None)
    """

    __slots__ = ("_context", "_span_context", "_tokens")

    def __init__(self, span: Any) -> None:
        try:
            self._context = context_of(span)
            self._span_context = span_context_of(span)
        except TypeError as error:
            raise ConfigurationError(f"use: {error}") from None
        self._tokens: list[Any] = []

    def __enter__(self) -> SpanContext | None:
        """Make the span active; return its ids, or None where there is no valid span."""
        from opentelemetry import context  # noqa: PLC0415  # no import of ours loads it

        self._tokens.append(context.attach(self._context))
        return self._span_context

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Make active what was before."""
        from opentelemetry import context  # noqa: PLC0415

        context.detach(self._tokens.pop())
