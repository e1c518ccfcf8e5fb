"""tracefmt for the standard library's `logging`."""

from tracefmt.stdlib._capture import ContextFilter, QueueHandler
from tracefmt.stdlib._configure import configure
from tracefmt.stdlib._formatter import Formatter
from tracefmt.stdlib._handlers import FileHandler, StreamHandler
from tracefmt.stdlib._logger import BoundLogger, Logger, get_logger

__all__ = [
    "BoundLogger",
    "ContextFilter",
    "FileHandler",
    "Formatter",
    "Logger",
    "QueueHandler",
    "StreamHandler",
    "configure",
    "get_logger",
]
