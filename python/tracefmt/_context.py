"""Fields of the current context, which are on every line that is written in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from tracefmt._cold.logger import resolved
from tracefmt._cold.text import describe_error
from tracefmt.exceptions import ConfigurationError

_bound: ContextVar[dict[str, Any] | None] = ContextVar("tracefmt_bound", default=None)
_in_mixin: ContextVar[bool] = ContextVar("tracefmt_in_mixin", default=False)

Mixin = Callable[[], Mapping[str, Any]]


class Binding:
    """What `bind` returns: a context manager that undoes it, or call `undo`."""

    __slots__ = ("_before", "_fields", "_token")

    def __init__(self, fields: dict[str, Any]) -> None:
        self._before = _bound.get()
        self._fields = fields
        self._token: Token[dict[str, Any] | None] | None = _bound.set(fields)

    def undo(self) -> None:
        """Take the fields away again; of several bindings the last one first."""
        token, self._token = self._token, None
        if token is None:
            return
        try:
            _bound.reset(token)
        except ValueError:  # made in another context: nothing of ours is here, or a copy
            if _bound.get() is self._fields:
                _bound.set(self._before)

    def __enter__(self) -> Binding:  # noqa: PYI034  # `Self` came with 3.11
        """Return the binding, which is in force already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Undo it."""
        self.undo()


def bind(**fields: object) -> Binding:
    """
    Put fields on every line that is written in the current context.

    They follow the context (`contextvars`): tasks that are started from here have them, and threads
    that are given the context; tasks and threads beside this one do not.  A field of a call, or of
    `Logger.bind`, replaces one of the same name; fields of the schema are never overridden.

    Args:
        fields: names and values, taken as they are now; functions are called for theirs.  A name
            that a record has itself gets ``_`` appended.

    Returns:
        The binding: use it in a ``with`` statement, or keep it and call its ``undo()``, or let the
        fields stay until the context ends.

    Example:
        >>> import sys, tracefmt
        >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        >>> log = tracefmt.get_logger("app")
        >>> with tracefmt.bind(request_id="r-1", user="ada"):
        ...     log.info("paid", amount=7)
        {"level":"info","logger":"app","message":"paid","request_id":"r-1","user":"ada","amount":7}
        >>> log.info("idle")
        {"level":"info","logger":"app","message":"idle"}
        >>> tracefmt.configure(None)
    """
    from tracefmt._cold.plain import plain  # noqa: PLC0415  # only where it is used

    more = {name: plain(value) for name, value in resolved(fields).items()}
    return Binding({**(_bound.get() or {}), **more})


class ContextFields:
    """
    What a formatter's options say of the context: what to read at each line, besides `bind`.

    Args:
        baggage: names of entries of OpenTelemetry's baggage that become fields.
        mixin: gives more fields, anew for each line.
        structlog_contextvars: take what `structlog.contextvars.bind_contextvars` has bound.

    Raises:
        ConfigurationError: an option cannot work.
    """

    def __init__(
        self,
        baggage: Iterable[str] = (),
        mixin: Mixin | None = None,
        structlog_contextvars: bool = False,
    ) -> None:
        self.variable = _bound
        self._sources: list[tuple[str, Callable[[], Mapping[Any, Any]]]] = []
        names = _names(baggage)
        if names:
            self._sources.append(("baggage", _baggage_reader(names)))
        if structlog_contextvars:
            self._sources.append(("structlog", _structlog_reader()))
        if mixin is not None:
            if not callable(mixin):
                msg = f"mixin={mixin!r}: write a callable that returns a mapping of fields"
                raise ConfigurationError(msg)
            self._sources += [("bind", lambda: _bound.get() or {}), ("mixin", _guarded(mixin))]
        elif self._sources:
            self._sources.append(("bind", lambda: _bound.get() or {}))
        self.only_bound = not self._sources

    def read(self) -> tuple[dict[str, Any] | None, str | None]:
        """Return the fields, and what went wrong; later sources replace values of earlier ones."""
        if self.only_bound:
            return _bound.get(), None
        found: dict[str, Any] = {}
        errors = []
        for name, source in self._sources:
            try:
                found.update(resolved(_texts(source())) if name != "bind" else source())
            except Exception as error:
                errors.append(f"{name}: {describe_error(error)}")
        return found, "; ".join(errors) or None


def _texts(fields: Mapping[Any, Any]) -> dict[str, Any]:
    if not isinstance(fields, Mapping):
        raise TypeError(f"it returned {type(fields).__name__}, and not a mapping")
    from tracefmt._cold.key import text_of  # noqa: PLC0415  # as above

    pairs = list(fields.items())
    return {key if type(key) is str else text_of(key): value for key, value in pairs}


def _names(baggage: Any) -> tuple[str, ...]:
    names = () if isinstance(baggage, str) or not isinstance(baggage, Iterable) else tuple(baggage)
    if (
        isinstance(baggage, str)
        or not isinstance(baggage, Iterable)
        or not all(isinstance(name, str) and name for name in names)
    ):
        msg = f"baggage={baggage!r}: write a list of the names of entries, such as ['tenant']"
        raise ConfigurationError(msg)
    return names


def _baggage_reader(names: tuple[str, ...]) -> Callable[[], Mapping[Any, Any]]:
    try:
        from opentelemetry.baggage import get_all  # noqa: PLC0415  # only the standard library
    except ModuleNotFoundError as error:
        msg = f"baggage needs opentelemetry-api ({error}); install it, or leave baggage out"
        raise ConfigurationError(msg) from error

    def read() -> Mapping[Any, Any]:
        entries = get_all()
        return {name: entries[name] for name in names if name in entries}

    return read


def _structlog_reader() -> Callable[[], Mapping[Any, Any]]:
    try:
        from structlog.contextvars import get_contextvars  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        msg = f"structlog_contextvars needs structlog ({error}); install it, or leave this out"
        raise ConfigurationError(msg) from error
    # by name: the interpreter's own order of context variables differs from process to process
    return lambda: dict(sorted(get_contextvars().items()))


def _guarded(mixin: Mixin) -> Mixin:
    """Return `mixin` as one that may log: the lines that it writes are without its fields."""

    def guarded() -> Mapping[str, Any]:
        if _in_mixin.get():
            return {}
        token = _in_mixin.set(True)
        try:
            return mixin()
        finally:
            _in_mixin.reset(token)

    return guarded
