"""
OTLP/JSON: each line is one complete ``resourceLogs`` object, as the Collector's OTLP JSON file
receiver reads it (OpenTelemetry, opentelemetry-proto 1.11 and protocol/file-exporter).

The resource is encoded once.  A file receiver tells files apart by their first 1000 bytes, so the
resource should leave room for a timestamp in there.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Group, Input
from tracefmt.schemas._schema import Schema

_RESOURCE = Group(
    "resource",
    (
        Group(
            "attributes",
            (Field("resource", Input.RESOURCE, Form.MEMBERS),),
            Form.KEY_VALUES,
        ),
    ),
)
_ATTRIBUTES = Group(
    "attributes",
    (
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("trace_stale", Input.TRACE_STALE),
        Field("code.file.path", Input.FILE_PATH),
        Field("code.line.number", Input.LINE_NUMBER),
        Field("code.function.name", Input.FUNCTION_NAME),
        Field("process.pid", Input.PROCESS_ID),
        Field("thread.id", Input.THREAD_ID),
        Field("thread.name", Input.THREAD_NAME),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Field("args", Input.FORMAT_ARGS),
        Field("format_error", Input.FORMAT_ERROR),
        Field("exception.type", Input.EXCEPTION_TYPE),
        Field("exception.message", Input.EXCEPTION_MESSAGE),
        Field("exception.stacktrace", Input.EXCEPTION_STACKTRACE),
        Field("exception.chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
    Form.KEY_VALUES,
)
_LOG_RECORD = Group(
    "",
    (
        Field("timeUnixNano", Input.TIMESTAMP, Form.UNIX_NANO),
        Field("observedTimeUnixNano", Input.TIMESTAMP, Form.UNIX_NANO),
        Field("severityNumber", Input.LEVEL, Form.SEVERITY_NUMBER),
        Field("severityText", Input.LEVEL, Form.TEXT),
        Field("body", Input.MESSAGE, Form.ANY_VALUE),
        _ATTRIBUTES,
        Field("flags", Input.TRACE_FLAGS, Form.NUMBER),
        Field("traceId", Input.TRACE_ID, Form.HEX),
        Field("spanId", Input.SPAN_ID, Form.HEX),
    ),
)
_SCOPE_LOGS = Group(
    "",
    (
        Group("scope", (Field("name", Input.LOGGER, Form.TEXT),)),
        Group("logRecords", (_LOG_RECORD,), Form.LIST),
    ),
)
_RESOURCE_LOGS = Group("", (_RESOURCE, Group("scopeLogs", (_SCOPE_LOGS,), Form.LIST)))

OTLP = Schema("otlp", (Group("resourceLogs", (_RESOURCE_LOGS,), Form.LIST),), fixed=True)
