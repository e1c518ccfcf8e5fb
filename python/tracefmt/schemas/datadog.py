"""
Datadog: the reserved attributes of its log pipelines, and the ids as ddtrace writes them.

``dd.span_id`` is decimal; ``dd.trace_id`` is decimal where the id fits into 64 bits, and hex
where it does not.  The names under `reserved` are others that its remappers read.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Input
from tracefmt.schemas._schema import Schema

DATADOG = Schema(
    "datadog",
    (
        Field("timestamp", Input.TIMESTAMP, Form.RFC3339_MS),
        Field("status", Input.LEVEL, Form.LOWER),
        Field("logger.name", Input.LOGGER),
        Field("message", Input.MESSAGE),
        Field("dd.service", Input.SERVICE),
        Field("dd.env", Input.SERVICE_ENVIRONMENT),
        Field("dd.version", Input.SERVICE_VERSION),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("dd.trace_id", Input.TRACE_ID, Form.DATADOG),
        Field("dd.span_id", Input.SPAN_ID, Form.DECIMAL),
        Field("trace_stale", Input.TRACE_STALE),
        Field("code.file.path", Input.FILE_PATH),
        Field("code.line.number", Input.LINE_NUMBER),
        Field("logger.method_name", Input.FUNCTION_NAME),
        Field("process.pid", Input.PROCESS_ID),
        Field("thread.id", Input.THREAD_ID),
        Field("logger.thread_name", Input.THREAD_NAME),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Field("args", Input.FORMAT_ARGS),
        Field("format_error", Input.FORMAT_ERROR),
        Field("error.kind", Input.EXCEPTION_TYPE),
        Field("error.message", Input.EXCEPTION_MESSAGE),
        Field("error.stack", Input.EXCEPTION_STACKTRACE),
        Field("error.chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
    reserved=("@timestamp", "date", "level", "severity", "service", "trace_id", "span_id", "dd"),
    variables={
        "DD_SERVICE": "service.name",
        "DD_ENV": "deployment.environment.name",
        "DD_VERSION": "service.version",
    },
    defaults={"stacktrace": True},
)
