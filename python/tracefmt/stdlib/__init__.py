"""
tracefmt for the standard library's `logging`.

`ContextFilter` and `QueueHandler` are imported when they are first asked for: `logging.handlers` is
half of what importing tracefmt would cost.
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

__all__ = [
    "BoundLogger",
    "ContextFilter",
    "FileHandler",
    "Formatter",
    "Logger",
    "QueueHandler",
    "StreamHandler",
    "configure",
    "exit_now",
    "get_logger",
]

_LATE = ("ContextFilter", "QueueHandler")


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from tracefmt.stdlib import _capture  # noqa: PLC0415  # it imports logging.handlers

        globals().update({late: getattr(_capture, late) for late in _LATE})
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
