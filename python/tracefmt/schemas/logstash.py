"""
Logstash's JSON events, version 1: the names of logstash-logback-encoder, which its codecs know.

``@version`` is the text ``"1"``, ``level_value`` the number of logging's level.  Events usually end
up in Elasticsearch, so attributes get out of the way of the fields' paths.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Input
from tracefmt.schemas._schema import Schema

LOGSTASH = Schema(
    "logstash",
    (
        Field("@timestamp", Input.TIMESTAMP, Form.RFC3339_MS),
        Field("@version", Input.CONSTANT, value="1"),
        Field("message", Input.MESSAGE),
        Field("logger_name", Input.LOGGER),
        Field("thread_name", Input.THREAD_NAME),
        Field("level", Input.LEVEL),
        Field("level_value", Input.LEVEL, Form.NUMBER),
        Field("service.name", Input.SERVICE),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("trace_id", Input.TRACE_ID, Form.HEX),
        Field("span_id", Input.SPAN_ID, Form.HEX),
        Field("trace_flags", Input.TRACE_FLAGS, Form.HEX),
        Field("trace_stale", Input.TRACE_STALE),
        Field("caller_file_name", Input.FILE_NAME),
        Field("caller_line_number", Input.LINE_NUMBER),
        Field("caller_method_name", Input.FUNCTION_NAME),
        Field("process_id", Input.PROCESS_ID),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Field("args", Input.FORMAT_ARGS, Form.TEXT),
        Field("format_error", Input.FORMAT_ERROR),
        Field("exception_class", Input.EXCEPTION_TYPE),
        Field("exception_message", Input.EXCEPTION_MESSAGE),
        Field("stack_trace", Input.EXCEPTION_STACKTRACE),
        Field("exception_chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
    paths=True,
    defaults={"thread": True},
)
