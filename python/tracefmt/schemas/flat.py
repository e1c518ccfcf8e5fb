"""
The default layout: one flat object, names as OpenTelemetry gives them for non-OTLP logs.

``trace_id``, ``span_id`` and ``trace_flags`` at top level are normative (OpenTelemetry, Trace
Context in non-OTLP Log Formats); ``exception.*``, ``code.*``, ``process.pid`` and ``thread.*`` are
its semantic conventions.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Input
from tracefmt.schemas._schema import Schema

FLAT = Schema(
    "flat",
    (
        Field("timestamp", Input.TIMESTAMP, Form.RFC3339),
        Field("level", Input.LEVEL, Form.LOWER),
        Field("logger", Input.LOGGER),
        Field("message", Input.MESSAGE),
        Field("service", Input.SERVICE),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
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
        Field("exception.type", Input.EXCEPTION_TYPE),
        Field("exception.message", Input.EXCEPTION_MESSAGE),
        Field("exception.stacktrace", Input.EXCEPTION_STACKTRACE),
        Field("exception.chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
)
