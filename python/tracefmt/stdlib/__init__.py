"""tracefmt for the standard library's `logging`."""

from tracefmt.stdlib._capture import ContextFilter, QueueHandler
from tracefmt.stdlib._configure import configure
from tracefmt.stdlib._formatter import Formatter
from tracefmt.stdlib._handlers import FileHandler, StreamHandler

__all__ = [
    "ContextFilter",
    "FileHandler",
    "Formatter",
    "QueueHandler",
    "StreamHandler",
    "configure",
]
