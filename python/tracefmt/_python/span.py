"""The active span, read as cheaply as its source allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracefmt.spans import SpanContext, SpanContextSource, normalize

_ENTRIES = 4  # interleaved tasks take turns; one entry would miss at every switch


def reader(source: SpanContextSource) -> Callable[[], SpanContext | None]:
    """Return a callable that asks `source` and gives a valid context or None."""
    stock = getattr(source, "context_variable", None)
    if stock is not None and (found := stock()) is not None:
        return _CachedReader(source, *found)
    return lambda: _checked(source())


def _checked(span_context: Any) -> SpanContext | None:
    return None if span_context is None else normalize(span_context)


class _CachedReader:
    """
    Remembers the ids of the last few OpenTelemetry Context objects by their identity.

    Such an object never changes, so its ids do not either; it is held while it is remembered, so
    that its address cannot become another's.
    """

    def __init__(self, source: Any, namespace: dict[str, Any], runtime: Any, variable: Any) -> None:
        self._source = source
        self._namespace = namespace
        self._runtime = runtime
        self._get = variable.get
        self._entries: tuple[tuple[Any, SpanContext | None], ...] = ()

    def __call__(self) -> SpanContext | None:
        if (
            self._namespace.get("_RUNTIME_CONTEXT") is not self._runtime
        ):  # replaced since, as tests do
            return _checked(self._source())
        context = self._get()
        for known, span_context in self._entries:
            if known is context:
                return span_context
        found: SpanContext | None
        found, may_remember = self._source.read(context)
        if may_remember:
            self._entries = ((context, found), *self._entries[: _ENTRIES - 1])
        return found
