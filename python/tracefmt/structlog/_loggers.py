"""Loggers for structlog to wrap: they write lines where a tracefmt handler writes its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from structlog._frames import _find_first_app_frame_and_name

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib import FileHandler, StreamHandler


def _at(level: int, name: str) -> Callable[[LineLogger, bytes | str], None]:
    def method(self: LineLogger, message: bytes | str) -> None:
        factory = self._factory
        handler = factory.handler
        try:
            handler.write_line(message, level)
        except Exception:
            handler.handleError(logging.LogRecord(self.name or "", level, "", 0, message, (), None))

    method.__name__, method.__qualname__ = name, f"LineLogger.{name}"
    method.__doc__ = "Write a line; an error is reported on stderr, as in `logging`."
    return method


class LineLogger:
    """
    What structlog wraps and calls with the line that a `Renderer` has made.

    Args:
        factory: whose handler writes the lines.
        name: the logger's name in the lines.
    """

    __slots__ = ("_factory", "name")

    def __init__(self, factory: LoggerFactory, name: str | None) -> None:
        self._factory, self.name = factory, name

    def __repr__(self) -> str:
        """Say where the lines go."""
        return f"<LineLogger {self.name} to {self._factory.handler!r}>"

    debug = _at(logging.DEBUG, "debug")
    info = _at(logging.INFO, "info")
    warning = _at(logging.WARNING, "warning")
    error = _at(logging.ERROR, "error")
    critical = _at(logging.CRITICAL, "critical")
    msg = log = info
    warn = warning
    err = failure = exception = error
    fatal = critical


class LoggerFactory:
    """
    Makes the loggers that structlog wraps; they write with a tracefmt handler.

    Lines of structlog and of `logging` then share one sink, and its buffer.  A logger is named
    by the first argument of `structlog.get_logger`, or else by the module that it is used in.

    Args:
        handler: a `tracefmt.StreamHandler` or `tracefmt.FileHandler`; it is only written with, so
            its level, filters and formatter do not matter.

    Raises:
        ConfigurationError: the handler is none of tracefmt's.

    Example:
        >>> import sys, structlog, tracefmt
        >>> from tracefmt.structlog import LoggerFactory, Renderer
        >>> handler = tracefmt.StreamHandler(sys.stdout, buffer_size=8192)
        >>> structlog.configure(
        ...     processors=[Renderer(exclude=["timestamp"])], logger_factory=LoggerFactory(handler)
        ... )
        >>> structlog.get_logger("app").info("up", port=8080)
        {"level":"info","logger":"app","message":"up","port":8080}
        >>> structlog.reset_defaults()
    """

    def __init__(self, handler: StreamHandler | FileHandler) -> None:
        if not isinstance(handler, (StreamHandler, FileHandler)):
            msg = f"handler={handler!r}: write a tracefmt.StreamHandler or tracefmt.FileHandler"
            raise ConfigurationError(msg)
        self.handler = handler

    def __call__(self, *args: Any) -> LineLogger:
        """Return a logger; what structlog calls at the first use of each of its own."""
        if args:
            return LineLogger(self, args[0] if isinstance(args[0], str) else None)
        name = _find_first_app_frame_and_name(["tracefmt."])[1]
        return LineLogger(self, None if name == "?" else name)
