"""A logger whose calls go natively to the descriptor where nobody asks for a record."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from tracefmt import _core
from tracefmt._cold.logger import is_of_structlog, merged, resolved
from tracefmt._cold.plain import plain
from tracefmt.exceptions import ConfigurationError

# From Python 3.11 on, `stacklevel` counts the frame of our method; before, it does not.
_OWN_FRAMES = 1 if sys.version_info >= (3, 11) else 0

_METHODS = ("debug", "info", "warning", "error", "critical", "exception", "log")


def _at(level: int, name: str, *, exc_info: Any = None) -> Any:
    """Make the method that logs at one level; Python's frames and signatures stay as in logging."""
    default = exc_info

    def method(
        self: _LevelMethods,
        msg: object,
        *args: object,
        exc_info: Any = default,
        extra: Mapping[str, object] | None = None,
        stack_info: bool = False,
        stacklevel: int = 1,
        **fields: object,
    ) -> None:
        if self._target.isEnabledFor(level):
            self._target._log(  # noqa: SLF001
                *(level, msg, args, exc_info, merged(self._bound, extra, fields)),
                *(stack_info, stacklevel + _OWN_FRAMES),
            )

    method.__name__, method.__qualname__ = name, f"Logger.{name}"
    method.__doc__ = f"""
    Log at level {logging.getLevelName(level)}.

    Args:
        msg, args: the message, and what is merged into it by ``%``.
        exc_info, extra, stack_info, stacklevel: as in logging.
        fields: more attributes, behind those of `extra`; functions are called for their value.
    """
    return method


class LevelMethod(Protocol):
    """The signature of the methods that log at one level."""

    def __call__(
        self,
        msg: object,
        *args: object,
        exc_info: Any = ...,
        extra: Mapping[str, object] | None = None,
        stack_info: bool = False,
        stacklevel: int = 1,
        **fields: object,
    ) -> None:
        """Log a message with attributes."""
        ...


class _LevelMethods:
    """The methods that log, for the logger and for what `bind` returns."""

    _target: logging.Logger
    _bound: Mapping[str, Any] | None = None

    @staticmethod
    def _note_change() -> None:
        """Do nothing; the native methods bring one that voids what they remember."""

    debug: LevelMethod = _at(logging.DEBUG, "debug")
    info: LevelMethod = _at(logging.INFO, "info")
    warning: LevelMethod = _at(logging.WARNING, "warning")
    error: LevelMethod = _at(logging.ERROR, "error")
    exception: LevelMethod = _at(logging.ERROR, "exception", exc_info=True)
    critical: LevelMethod = _at(logging.CRITICAL, "critical")
    fatal = critical

    def log(
        self,
        level: int,
        msg: object,
        *args: object,
        exc_info: Any = None,
        extra: Mapping[str, object] | None = None,
        stack_info: bool = False,
        stacklevel: int = 1,
        **fields: object,
    ) -> None:
        """Log at any level, by its number."""
        if not isinstance(level, int):
            if logging.raiseExceptions:
                raise TypeError(f"level must be an integer, not {level!r}")
            return
        if self._target.isEnabledFor(level):
            self._target._log(  # noqa: SLF001
                *(level, msg, args, exc_info, merged(self._bound, extra, fields)),
                *(stack_info, stacklevel + _OWN_FRAMES),
            )

    def _log_cold(
        self,
        level: int,
        msg: object,
        args: Any,
        exc_info: Any,
        extra: Mapping[str, object] | None,
        stack_info: bool,
        stacklevel: int,
        fields: Mapping[str, object],
    ) -> None:
        """Do what the methods above do, for the core, at the same distance from the caller."""
        self._target._log(  # noqa: SLF001
            *(level, msg, args, exc_info, merged(self._bound, extra, fields)),
            *(stack_info, stacklevel + _OWN_FRAMES),
        )

    def bind(self, **fields: object) -> BoundLogger:
        """
        Return this logger with fields that are on every line; they are encoded once.

        Args:
            fields: names and values, taken as they are now; functions are called for theirs.

        Example:
            >>> import sys, tracefmt
            >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
            >>> log = tracefmt.get_logger("app").bind(request_id="r-1")
            >>> log.info("paid", amount=7)
            {"level":"info","logger":"app","message":"paid","request_id":"r-1","amount":7}
            >>> tracefmt.configure(None)
        """
        more = {name: plain(value) for name, value in resolved(fields).items()}
        return BoundLogger(self._target, {**(self._bound or {}), **more})

    def _bind_native(self, logger: logging.Logger) -> None:
        """Put the core's methods in the place of those that a subclass has not overridden."""
        native = _core.core.LoggerMethods
        if native is None:
            return
        methods = native(logger, self._bound, self._log_cold)
        own = _LevelMethods.__dict__
        for name in _METHODS:
            if getattr(type(self), name) is own[name]:
                self.__dict__[name] = methods.method(name)
        self.__dict__["_note_change"] = native.note_change
        methods.seal()


class Logger(_LevelMethods, logging.Logger):  # type: ignore[misc]  # `fatal`: the same method under its old name
    """
    A `logging.Logger` that takes keyword fields, and writes natively where it can.

    Where every handler that a call reaches is tracefmt's own and nothing asks for a `LogRecord`,
    the line is encoded from the arguments.  In every other case (a handler of another make, a
    filter, a record factory, patched or overridden methods, `stacklevel`, `stack_info`) the call
    takes logging's own way, with the same result.

    Use it for loggers by name with `get_logger`, or for all new ones with `logging.setLoggerClass`
    or ``configure(native=True)``.

    Example:
        >>> import sys, tracefmt
        >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        >>> log = tracefmt.get_logger("shop")
        >>> log.info("paid", order_id=7, total=lambda: 6 * 7)
        {"level":"info","logger":"shop","message":"paid","order_id":7,"total":42}
        >>> tracefmt.configure(None)
    """

    def __init__(self, name: str, level: int | str = logging.NOTSET) -> None:
        super().__init__(name, level)
        self._adopted()

    def _adopted(self) -> None:
        self._target = self
        self._bind_native(self)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; what native calls remember of the way to their handlers is void."""
        super().__setattr__(name, value)
        self._note_change()

    def __delattr__(self, name: str) -> None:
        """Delete an attribute, likewise."""
        super().__delattr__(name)
        self._note_change()


class BoundLogger(_LevelMethods):
    """
    A logger with fields that are on every line, as `Logger.bind` returns it.

    Attributes:
        logger: the logger that it logs through; level, handlers and filters are that one's.
        fields: what is on every line.
    """

    def __init__(self, logger: logging.Logger, fields: Mapping[str, Any]) -> None:
        self.logger = self._target = logger
        self.fields = self._bound = fields
        self._bind_native(logger)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  # logging's name
        """Return whether the logger would write a record of this level."""
        return self.logger.isEnabledFor(level)

    @property
    def name(self) -> str:
        """The logger's name."""
        return self.logger.name


def get_logger(name: str) -> Logger:
    """
    Return the `Logger` of that name: the same object as ``logging.getLogger(name)``.

    A plain `logging.Logger` that is there already becomes a `Logger` where it stands, so that
    whoever holds it keeps it.

    Args:
        name: the logger's name, with dots, not empty.

    Raises:
        ConfigurationError: the name is empty, or the logger is of somebody else's class.

    Example:
        >>> import logging, tracefmt
        >>> tracefmt.get_logger("shop.cart") is logging.getLogger("shop.cart")
        True
    """
    if not isinstance(name, str) or not name:
        msg = f"get_logger: {name!r} names no logger of its own; write its name, such as 'app'"
        raise ConfigurationError(msg)
    logger = logging.getLogger(name)
    kind: Any = type(logger)
    if kind is logging.Logger or (is_of_structlog(kind) and not issubclass(kind, Logger)):
        logger.__class__ = Logger if kind is logging.Logger else _with_callers_of(kind)
        logger._adopted()  # type: ignore[attr-defined]  # noqa: SLF001
    if not isinstance(logger, Logger):
        msg = (
            f"get_logger: logger {name!r} is a {kind.__module__}.{kind.__qualname__}; "
            "use logging.getLogger"
        )
        raise ConfigurationError(msg)
    return logger


@functools.cache
def _with_callers_of(kind: Any) -> type[Logger]:
    """Return the class of a `Logger` that finds its callers as that class does."""
    names = {"__module__": Logger.__module__, "__doc__": Logger.__doc__}
    return type("Logger", (Logger, kind), names)
