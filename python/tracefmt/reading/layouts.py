"""
Where each schema keeps what: data, and the derivation of tracefmt's own from its schemas.

A name with a dot is also found nested: ``trace.id`` and ``{"trace":{"id":…}}`` are one field.  In
each row, as in the list of layouts, what stands first wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas import Field, Form, Group, Schema, _registry

__all__ = ["DECIMAL", "FOREIGN", "MEMBERS", "OTLP", "REDUNDANT", "Layout", "named", "names", "path"]

Layout = Mapping[str, tuple[str, ...]]

MEMBERS = (
    *("time", "level", "logger", "message", "service", "process"),
    *("trace_id", "span_id", "trace_flags"),
    *("exception_type", "exception_message", "exception_stacktrace", "exception_chain"),
    "truncated",
)
OTLP = "otlp"
"""Its lines are trees: `tracefmt.reading.otlp` walks them, no row can say where what is."""

DECIMAL = frozenset({"dd.trace_id", "dd.span_id"})
"""Fields whose ids may be decimal numbers."""

REDUNDANT = frozenset(
    {
        *(
            "@version",
            "ecs.version",
            "level_value",
            "log.original",
            "xray_trace_id",
            "severity_code",
        ),
        *("otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName"),
        *("dd.trace_id", "dd.span_id", "meta.signal_type", "meta.annotation_type"),
    }
)
"""Fields that say what another says too, or nothing about this line: no attributes."""

# An input of a schema, by the value of `tracefmt.schemas.Input`: the member that it is here.
_INPUTS = {
    "timestamp": "time",
    **{name: name for name in MEMBERS},
    "process_id": "process",
    "process_pid": "process",
    "trace_stale": "trace_stale",  # an attribute to a reader; a scan counts it
}

# Layouts that tracefmt does not write in this form.
FOREIGN: Mapping[str, Layout] = {
    "opentelemetry": {
        "time": ("timestamp", "time", "Timestamp"),
        "level": ("level", "severity_text", "SeverityText", "severity", "severity_number"),
        "logger": ("logger", "otel.scope.name", "logger.name"),
        "message": ("message", "body", "Body", "msg"),
        "service": ("service", "service.name", "resource.service.name"),
        "process": ("process.pid", "pid", "process"),
        "trace_id": ("trace_id", "traceId", "TraceId", "traceid", "traceID"),
        "span_id": ("span_id", "spanId", "SpanId", "spanid", "spanID"),
        "trace_flags": ("trace_flags", "flags", "TraceFlags"),
        "exception_type": ("exception.type",),
        "exception_message": ("exception.message",),
        "exception_stacktrace": ("exception.stacktrace",),
    },
    "ecs": {
        "time": ("@timestamp",),
        "level": ("log.level",),
        "logger": ("log.logger",),
        "service": ("service.name",),
        "trace_id": ("trace.id",),
        "span_id": ("span.id",),
        "exception_type": ("error.type",),
        "exception_message": ("error.message",),
        "exception_stacktrace": ("error.stack_trace",),
    },
    "gcp": {
        "time": ("time", "timestamp", "timestamp.seconds", "timestampSeconds"),
        "level": ("severity", "logging.googleapis.com/severity"),
        "logger": (
            "logging.googleapis.com/labels.python_logger",
            "labels.python_logger",
        ),
        "message": ("message", "jsonPayload.message", "textPayload"),
        "service": ("serviceContext.service", "resource.labels.service_name"),
        "trace_id": ("logging.googleapis.com/trace", "trace"),
        "span_id": ("logging.googleapis.com/spanId", "spanId"),
        "trace_flags": (
            "logging.googleapis.com/trace_sampled",
            "logging.googleapis.com/traceSampled",
            "traceSampled",
        ),
        "exception_stacktrace": ("stack_trace",),
    },
    "datadog": {
        "time": ("timestamp", "@timestamp", "date"),
        "level": ("status",),
        "logger": ("logger.name",),
        "service": ("dd.service", "service"),
        "trace_id": ("dd.trace_id",),
        "span_id": ("dd.span_id",),
        "exception_type": ("error.kind",),
        "exception_message": ("error.message",),
        "exception_stacktrace": ("error.stack",),
    },
    "logstash": {
        "time": ("@timestamp",),
        "level": ("level", "level_value"),
        "logger": ("logger_name", "extra.logger_name"),
        "process": ("pid",),
        "trace_id": ("trace_id", "traceId", "extra.trace_id"),
        "span_id": ("span_id", "spanId", "extra.span_id"),
        "exception_type": ("extra.error_type",),
        "exception_stacktrace": ("stack_trace", "extra.stack_trace"),
    },
    "aws": {
        "logger": ("logger",),
        "trace_id": ("xray_trace_id",),
        "exception_type": ("errorType", "exception_name"),
        "exception_message": ("errorMessage",),
        "exception_stacktrace": ("stackTrace",),
    },
    "newrelic": {
        "service": ("entity.name", "service.name"),
        "process": ("process.id",),
        "exception_type": ("error.class",),
    },
    "honeycomb": {
        "level": ("severity_text", "severity", "severity_code"),
        "message": ("body",),
        "trace_id": ("trace.trace_id",),
        "span_id": ("trace.parent_id", "trace.span_id"),
    },
    "azure": {
        "time": ("time", "TimeGenerated"),
        "level": ("SeverityLevel",),
        "logger": ("Properties.logger_name",),
        "message": ("Message",),
        "service": ("AppRoleName",),
        "trace_id": ("OperationId",),
        "span_id": ("ParentId",),
    },
    "python": {  # python-json-logger, structlog, loguru, LoggingInstrumentor
        "time": ("asctime", "created", "timestamp"),
        "level": ("levelname", "levelno", "level_number"),
        "logger": ("name",),
        "message": ("event", "message"),
        "process": ("process",),
        "trace_id": ("otelTraceID",),
        "span_id": ("otelSpanID",),
        "trace_flags": ("otelTraceSampled",),
        "exception_stacktrace": ("exc_info", "exception", "exc_text"),
    },
    "node": {  # pino, bunyan, winston
        "time": ("time",),
        "logger": ("name",),
        "message": ("msg",),
        "process": ("pid",),
        "exception_type": ("err.type",),
        "exception_message": ("err.message",),
        "exception_stacktrace": ("err.stack", "stack"),
    },
    "go": {  # zap, slog, zerolog, logrus
        "time": ("ts", "time"),
        "message": ("msg",),
        "exception_stacktrace": ("stacktrace",),
    },
}


def names() -> tuple[str, ...]:
    """Return the layouts that can be named, in the order in which they are tried."""
    return tuple(dict.fromkeys((*_registry.NAMES, OTLP, *FOREIGN)))


def named(schema: str | Schema | None) -> Layout:
    """
    Return the rows of one layout, or those of all together for None.

    Raises:
        ConfigurationError: there is no such layout.
    """
    if schema is None:
        return _merge([*map(_own, _registry.NAMES), *FOREIGN.values()])
    if isinstance(schema, Schema):
        return _derive(schema)
    if schema not in names():
        msg = f"schema: there is no {schema!r}; write one of {', '.join(names())}"
        raise ConfigurationError(msg)
    own = [_own(schema)] if schema in _registry.NAMES else []
    return _merge([*own, FOREIGN.get(schema, {})])


def path(key: str) -> tuple[str, ...]:
    """
    Return the keys that lead to a field where it is nested.

    Example:
        >>> from tracefmt.reading.layouts import path
        >>> path("trace.id"), path("logging.googleapis.com/labels.python_logger")
        (('trace', 'id'), ('logging.googleapis.com/labels', 'python_logger'))
    """
    domain, slash, rest = key.rpartition("/")
    first, *more = rest.split(".")
    return (domain + slash + first, *more)


def _own(name: str) -> Layout:
    return _derive(_registry.get(name))


def _derive(schema: Schema) -> Layout:
    """Return where tracefmt itself puts what, by the schema's own table."""
    if schema.name == OTLP:
        return {}
    rows: dict[str, tuple[str, ...]] = {}
    for key, field in _placed(schema.fields):
        member = _INPUTS.get(field.input.value)
        if member is not None and field.form not in (Form.MEMBERS, Form.XRAY):
            rows[member] = (*rows.get(member, ()), key)
    return rows


def _placed(items: Iterable[Field | Group], outer: str = "") -> Iterator[tuple[str, Field]]:
    """Yield each field with the dotted key that leads to it."""
    for item in items:
        if isinstance(item, Group):
            yield from _placed(item.fields, f"{outer}{item.key}.")
        else:
            yield outer + item.key, item


def _merge(layouts: Iterable[Layout]) -> Layout:
    rows: dict[str, tuple[str, ...]] = {}
    for layout in layouts:
        for member, keys in layout.items():
            rows[member] = tuple(dict.fromkeys((*rows.get(member, ()), *keys)))
    return rows
