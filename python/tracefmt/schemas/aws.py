"""
AWS: CloudWatch Logs, Lambda and Application Signals.

CloudWatch finds the fields of JSON by itself; Application Signals wants ``trace_id`` and
``span_id``, X-Ray's console its own form of the id.  The names of errors are those of Lambda's
own JSON logs.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Input
from tracefmt.schemas._schema import Schema

AWS = Schema(
    "aws",
    (
        Field("timestamp", Input.TIMESTAMP, Form.RFC3339_MS),
        Field("level", Input.LEVEL),
        Field("message", Input.MESSAGE),
        Field("logger", Input.LOGGER),
        Field("service", Input.SERVICE),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("xray_trace_id", Input.TRACE_ID, Form.XRAY),
        Field("trace_id", Input.TRACE_ID, Form.HEX),
        Field("span_id", Input.SPAN_ID, Form.HEX),
        Field("trace_flags", Input.TRACE_FLAGS, Form.HEX),
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
        Field("errorType", Input.EXCEPTION_TYPE),
        Field("errorMessage", Input.EXCEPTION_MESSAGE),
        Field("stackTrace", Input.EXCEPTION_STACKTRACE),
        Field("errorChain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
)
