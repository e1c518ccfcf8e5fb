"""The active span, read as cheaply as its source allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tracefmt.spans import SpanContext, SpanContextSource, normalize
from tracefmt.spans._stale import END, ENDED

_ENTRIES = 4  # interleaved tasks take turns; one entry would miss at every switch


Found: TypeAlias = "tuple[SpanContext | None, str | None]"
"""The span, and why it is stale where it is."""

_forgotten = 0


def forget_spans() -> None:
    """Ask again whose each Context is: a span has become stale."""
    global _forgotten  # noqa: PLW0603  # one number, for all readers of the process
    _forgotten += 1


def reader(source: SpanContextSource) -> Callable[[], Found]:
    """Return a callable that asks `source` and gives a valid context or None."""
    stock = getattr(source, "context_variable", None)
    if stock is not None and (found := stock()) is not None:
        return _CachedReader(source, *found)
    return lambda: (_checked(source()), None)


def _checked(span_context: Any) -> SpanContext | None:
    return None if span_context is None else normalize(span_context)


class _CachedReader:
    """
    Remembers the ids of the last few OpenTelemetry Context objects by their identity.

    Such an object never changes, so its ids do not either; it is held while it is remembered, so
    that its address cannot become another's. Whether its span has ended is looked at each time.
    """

    def __init__(self, source: Any, namespace: dict[str, Any], runtime: Any, variable: Any) -> None:
        self._source = source
        self._namespace = namespace
        self._runtime = runtime
        self._get = variable.get
        self._entries: tuple[tuple[Any, Found, dict[str, Any] | None], ...] = ()
        self._forgotten = _forgotten

    def __call__(self) -> Found:
        if (
            self._namespace.get("_RUNTIME_CONTEXT") is not self._runtime
        ):  # replaced since, as tests do
            return _checked(self._source()), None
        if self._forgotten != _forgotten:
            self._forgotten, self._entries = _forgotten, ()
        context = self._get()
        for known, found, ends_in in self._entries:
            if known is context:
                return found if ends_in is None else _now(found, ends_in)
        read = self._source.read(context)
        found = (read.span_context, read.stale)
        ends_in = read.ends_in if read.stale is None else None
        if read.may_be_remembered:
            self._entries = ((context, found, ends_in), *self._entries[: _ENTRIES - 1])
        return found if ends_in is None else _now(found, ends_in)


def _now(found: Found, ends_in: dict[str, Any]) -> Found:
    return found if ends_in.get(END) is None else (found[0], ENDED)
