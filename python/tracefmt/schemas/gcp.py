"""
Google Cloud's structured logging: Cloud Run, GKE, App Engine, the Ops Agent.

Cloud Logging takes these keys out of the object that a container writes, and makes the entry's own
fields of them.  ``stack_trace`` and ``serviceContext`` are what Error Reporting reads.  The names
under `reserved` are other spellings that the agents read.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Group, Input
from tracefmt.schemas._schema import Schema

GCP = Schema(
    "gcp",
    (
        Field("severity", Input.LEVEL, Form.LOG_SEVERITY),
        Field("message", Input.MESSAGE),
        Field("time", Input.TIMESTAMP, Form.RFC3339),
        Group(
            "logging.googleapis.com/labels",
            (Field("python_logger", Input.LOGGER, Form.TEXT),),
        ),
        Group(
            "serviceContext",
            (Field("service", Input.SERVICE), Field("version", Input.SERVICE_VERSION)),
        ),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("logging.googleapis.com/trace", Input.TRACE_ID, Form.TRACE_NAME),
        Field("logging.googleapis.com/spanId", Input.SPAN_ID, Form.HEX),
        Field("logging.googleapis.com/trace_sampled", Input.TRACE_FLAGS, Form.SAMPLED),
        Field("trace_stale", Input.TRACE_STALE),
        Group(
            "logging.googleapis.com/sourceLocation",
            (
                Field("file", Input.FILE_PATH),
                Field("line", Input.LINE_NUMBER),
                Field("function", Input.FUNCTION_NAME),
            ),
        ),
        Field("process.pid", Input.PROCESS_ID),
        Field("thread.id", Input.THREAD_ID),
        Field("thread.name", Input.THREAD_NAME),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Field("args", Input.FORMAT_ARGS),
        Field("format_error", Input.FORMAT_ERROR),
        Field("exception.type", Input.EXCEPTION_TYPE),
        Field("exception.message", Input.EXCEPTION_MESSAGE),
        Field("stack_trace", Input.EXCEPTION_STACKTRACE),
        Field("exception.chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
    reserved=(
        "timestamp",
        "timestampSeconds",
        "timestampNanos",
        "logging.googleapis.com/severity",
        "logging.googleapis.com/traceSampled",
    ),
    defaults={"stacktrace": True},
)
