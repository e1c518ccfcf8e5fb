"""
Every log record as one line of JSON that carries the trace it belongs to.

See https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ for the names of
the ids, and the project's ``docs/encoding.md`` for every byte of a line.
"""

from typing import TYPE_CHECKING, Any

from tracefmt import stdlib as _stdlib
from tracefmt._context import bind
from tracefmt._core import NAME as core
from tracefmt._version import __version__
from tracefmt.exceptions import ConfigurationError, CoreError, TracefmtError
from tracefmt.schemas import Field, Schema
from tracefmt.spans import SpanContext, use
from tracefmt.stdlib import (
    FileHandler,
    Formatter,
    Logger,
    StreamHandler,
    configure,
    exit_now,
    get_logger,
)

if TYPE_CHECKING:
    from tracefmt.stdlib import (
        ContextFilter,
        QueueHandler,
        RotatingFileHandler,
        TimedRotatingFileHandler,
    )

__all__ = [
    "ConfigurationError",
    "ContextFilter",
    "CoreError",
    "Field",
    "FileHandler",
    "Formatter",
    "Logger",
    "QueueHandler",
    "RotatingFileHandler",
    "Schema",
    "SpanContext",
    "StreamHandler",
    "TimedRotatingFileHandler",
    "TracefmtError",
    "__version__",
    "bind",
    "configure",
    "core",
    "exit_now",
    "get_logger",
    "use",
]

_LATE = ("ContextFilter", "QueueHandler", "RotatingFileHandler", "TimedRotatingFileHandler")


def __getattr__(name: str) -> Any:
    if name in _LATE:  # imported when they are asked for
        return getattr(_stdlib, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
