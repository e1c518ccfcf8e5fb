"""
tracefmt for the standard library's `logging`.

What needs `logging.handlers` is imported when it is first asked for: that module is half of what
importing tracefmt would cost.
"""

from typing import TYPE_CHECKING, Any

from tracefmt.stdlib._configure import configure
from tracefmt.stdlib._exit import exit_now
from tracefmt.stdlib._file_handler import FileHandler
from tracefmt.stdlib._formatter import Formatter
from tracefmt.stdlib._logger import BoundLogger, Logger, get_logger
from tracefmt.stdlib._stream_handler import StreamHandler

if TYPE_CHECKING:
    from tracefmt.stdlib._capture import ContextFilter, QueueHandler
    from tracefmt.stdlib._rotating_file_handler import RotatingFileHandler
    from tracefmt.stdlib._timed_rotating_file_handler import TimedRotatingFileHandler

__all__ = [
    "BoundLogger",
    "ContextFilter",
    "FileHandler",
    "Formatter",
    "Logger",
    "QueueHandler",
    "RotatingFileHandler",
    "StreamHandler",
    "TimedRotatingFileHandler",
    "configure",
    "exit_now",
    "get_logger",
]

_LATE = {
    "ContextFilter": "_capture",
    "QueueHandler": "_capture",
    "RotatingFileHandler": "_rotating_file_handler",
    "TimedRotatingFileHandler": "_timed_rotating_file_handler",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module  # noqa: PLC0415  # with what it is for

        found = getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
