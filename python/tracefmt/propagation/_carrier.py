"""The context of one process, told to another: W3C headers and chosen bound fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from opentelemetry import context as otel_context
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tracefmt._cold.plain import plain
from tracefmt.exceptions import ConfigurationError
from tracefmt.propagation._fields import bound, replace

F = TypeVar("F", bound=Callable[..., Any])

_PROPAGATORS = (TraceContextTextMapPropagator(), W3CBaggagePropagator())


class Carrier:
    """
    What another process has to know: the headers of the active span, and bound fields.

    It can be pickled. The headers are those of W3C Trace Context and W3C Baggage (``traceparent``,
    ``tracestate``, ``baggage``), whatever propagator is configured for requests.

    Attributes:
        headers: text by lower-case name; empty without a span and baggage.
        fields: bound fields by name, as plain data.

    Example:
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> with tracefmt.use("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        ...     carrier = propagation.Carrier.capture()
        >>> carrier.headers
        {'traceparent': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'}
        >>> with carrier.active():
        ...     propagation.Carrier.capture() == carrier
        True
    """

    __slots__ = ("fields", "headers")

    def __init__(
        self, headers: Mapping[str, str] | None = None, fields: Mapping[str, Any] | None = None
    ) -> None:
        self.headers = dict(headers or {})
        self.fields = dict(fields or {})

    @classmethod
    def capture(cls, fields: Iterable[str] = ()) -> Carrier:
        """
        Return what is true now.

        Args:
            fields: names of bound fields to carry; values that are no plain data go as text.
        """
        headers: dict[str, str] = {}
        for propagator in _PROPAGATORS:
            propagator.inject(headers)
        return cls(headers, {name: plain(value) for name, value in bound(fields).items()})

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this, and nothing that was there before, the context of a block."""
        token = otel_context.attach(self._context())
        undo = replace(self.fields)
        try:
            yield
        finally:
            undo()
            otel_context.detach(token)

    def enter(self) -> None:
        """Make this, and nothing that was there before, the context from now on."""
        otel_context.attach(self._context())
        replace(self.fields)

    def _context(self) -> otel_context.Context:
        context = otel_context.Context()
        for propagator in _PROPAGATORS:
            context = propagator.extract(self.headers, context)
        return context

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Carrier):
            return NotImplemented
        return (self.headers, self.fields) == (other.headers, other.fields)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Carrier({self.headers!r}, {self.fields!r})"


class Carried:
    """A function that can be pickled, with the carrier that its calls have."""

    def __init__(self, fn: Callable[..., Any], carrier: Carrier) -> None:
        self.fn, self.carrier = fn, carrier

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in a context that ends with the call."""
        return copy_context().run(self._call, args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        with self.carrier.active():
            return self.fn(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Carried, (self.fn, self.carrier))


def wrap_for_process(fn: F, *, fields: Iterable[str] = ()) -> F:
    """
    Return `fn` so that it runs in another process with the span and baggage of now.

    For ``multiprocessing.Pool``, ``Process`` and every other way to have a function called in
    another process. Only W3C headers and the named bound fields travel, so nothing can fail to
    pickle, and a span that the other process inherited through fork is never seen.

    Args:
        fn: a function that can be pickled, as other processes need it.
        fields: names of bound fields to carry as well.

    Raises:
        ConfigurationError: `fn` cannot be called.

    Example:
        >>> import multiprocessing
        >>> from tracefmt import propagation
        >>> def main():
        ...     with multiprocessing.Pool(2, initializer=propagation.initializer) as pool:
        ...         print(pool.map(propagation.wrap_for_process(abs), [-1, -2]))
        ...         pool.close()
        ...         pool.join()
        >>> main()
        [1, 2]
    """
    if not callable(fn):
        msg = f"wrap_for_process: {fn!r} cannot be called; give the function itself, without ()"
        raise ConfigurationError(msg)
    carried: Any = Carried(fn, Carrier.capture(fields))
    return carried  # type: ignore[no-any-return]


def initializer(initialize: Callable[..., object] | None = None, *args: Any) -> None:
    """
    Start a worker process without the context that it inherited through fork.

    Give it as ``initializer=`` of a process pool; an initializer of your own and its arguments go
    into ``initargs=``.

    Example:
        >>> import multiprocessing
        >>> from tracefmt import propagation
        >>> def main():
        ...     options = {"initializer": propagation.initializer, "initargs": (print, "ready")}
        ...     with multiprocessing.get_context("spawn").Pool(1, **options) as pool:
        ...         pool.apply(abs, [-1])
    """
    Carrier().enter()
    if initialize is not None:
        initialize(*args)
