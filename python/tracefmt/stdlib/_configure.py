"""One call to set logging up, and one to undo it."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._file_handler import FileHandler
from tracefmt.stdlib._formatter import Formatter
from tracefmt.stdlib._level import level_number
from tracefmt.stdlib._logger import Logger
from tracefmt.stdlib._stream_handler import StreamHandler


class _Installed(NamedTuple):
    """What was done to the global state, and what was there before."""

    handler: logging.Handler
    level: int
    logger_class: type[logging.Logger] | None

    def undo(self) -> None:
        root = logging.getLogger()
        root.removeHandler(self.handler)
        self.handler.close()
        root.setLevel(self.level)
        if self.logger_class is not None and logging.getLoggerClass() is Logger:
            logging.setLoggerClass(self.logger_class)


_installed: _Installed | None = None


def configure(
    level: int | str | None = "INFO",
    *,
    schema: Any = "flat",
    filename: Any = None,
    stream: Any = None,
    native: bool = False,
    watch: bool | float = False,
    reopen_on: int | None = None,
    permissions: int | None = None,
    **formatter_options: Any,
) -> logging.Handler | None:
    """
    Send what reaches the root logger to one tracefmt handler, and set the root logger's level.

    Called again it replaces its own handler and nothing else; handlers of others stay.
    ``configure(None)`` takes its handler away again and gives the root logger its old level.

    Args:
        level: the root logger's level, as a name or a number; None undoes.
        schema: the layout, as for `Formatter`.
        filename: append to this file.
        stream: write to this stream; `sys.stderr` if neither is given, as in `logging.basicConfig`.
        native: make every logger that is created from now on a `tracefmt.Logger`, which writes
            natively where it can; loggers that are there already stay as they are.
        watch: with `filename`, open the file anew when it has been renamed; as for `FileHandler`.
        reopen_on: with `filename`, open it anew at this signal.
        permissions: with `filename`, the mode bits of a file that is created.
        formatter_options: any option of `Formatter`.

    Returns:
        The handler, or None where it was taken away.

    Raises:
        ConfigurationError: an option cannot work.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, sys, tracefmt
        >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        >>> logging.getLogger("app").info("up", extra={"port": 8080})
        {"level":"info","logger":"app","message":"up","port":8080}
        >>> tracefmt.configure(None)
    """
    global _installed  # noqa: PLW0603  # the root logger is global, and so is what we did to it
    handler = None
    if level is not None:
        number = level_number(level, "level")  # first: an error must not leave a file behind
        file_options = {"watch": watch, "reopen_on": reopen_on, "permissions": permissions}
        handler = _handler(schema, filename, stream, file_options, formatter_options)
    if _installed is not None:
        _installed.undo()
        _installed = None
    if handler is not None:
        root = logging.getLogger()
        before = logging.getLoggerClass() if native else None
        _installed = _Installed(handler, root.level, before)
        root.setLevel(number)
        root.addHandler(handler)
        if native:
            logging.setLoggerClass(Logger)
    return handler


def _handler(
    schema: Any,
    filename: Any,
    stream: Any,
    file_options: dict[str, Any],
    formatter_options: dict[str, Any],
) -> logging.Handler:
    if filename is not None and stream is not None:
        msg = "configure: give filename or stream, not both"
        raise ConfigurationError(msg)
    unset = (None, False)
    given = [name for name, value in file_options.items() if not any(value is no for no in unset)]
    if given and filename is None:
        msg = f"configure: {given[0]} is about a file; give a filename, or leave it out"
        raise ConfigurationError(msg)
    try:
        formatter = Formatter(schema, **formatter_options)
    except TypeError as error:
        msg = f"configure: {error}; the options are those of tracefmt.Formatter"
        raise ConfigurationError(msg) from error
    if filename is not None:
        return FileHandler(filename, formatter=formatter, **file_options)
    return StreamHandler(stream, formatter=formatter)
