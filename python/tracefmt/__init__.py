"""
Every log record as one line of JSON that carries the trace it belongs to.

See https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ for the names of
the ids, and the project's ``docs/encoding.md`` for every byte of a line.
"""

from tracefmt._core import NAME as core
from tracefmt._version import __version__
from tracefmt.exceptions import ConfigurationError, CoreError, TracefmtError
from tracefmt.schemas import Field, Schema
from tracefmt.spans import SpanContext, use
from tracefmt.stdlib import (
    ContextFilter,
    FileHandler,
    Formatter,
    Logger,
    QueueHandler,
    StreamHandler,
    configure,
    get_logger,
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
    "Schema",
    "SpanContext",
    "StreamHandler",
    "TracefmtError",
    "__version__",
    "configure",
    "core",
    "get_logger",
    "use",
]
