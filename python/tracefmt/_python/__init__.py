"""
The pure-Python core: the reference that the Rust core equals byte for byte.

The same rooms as ``rust/``: what happens to a string is in ``scalar/string`` there and here.
"""

from tracefmt._python.background import BackgroundSink
from tracefmt._python.checkpoint import Checkpoint
from tracefmt._python.encoder import Encoder
from tracefmt._python.scanner import Scanner
from tracefmt._python.sink import Sink
from tracefmt._python.span import forget_spans
from tracefmt._python.tally import counts, reset_counts
from tracefmt._version import __version__

__all__ = [
    "NAME",
    "VERSION",
    "BackgroundSink",
    "Checkpoint",
    "Encoder",
    "LineHandler",
    "LoggerMethods",
    "Scanner",
    "Sink",
    "counts",
    "forget_spans",
    "reset_counts",
]

NAME = "python"
VERSION = __version__
LineHandler = LoggerMethods = None
"""The Python core has none: its handlers and loggers are logging's own all the way."""
