"""
Elastic Common Schema, as ecs-logging has it: Elasticsearch, Kibana, Elastic APM.

ecs-logging's specification 1.0 fixes the first three keys and their order, and keeps ``log.level``
and ``ecs.version`` as keys with a dot; the names are those of ECS 8.  ECS has no field for trace
flags.  A dot is a path to Elasticsearch, so attributes get out of the way of the fields' paths.
"""

from __future__ import annotations

from tracefmt.schemas._field import Field, Form, Input
from tracefmt.schemas._schema import Schema

ECS = Schema(
    "ecs",
    (
        Field("@timestamp", Input.TIMESTAMP, Form.RFC3339_MS),
        Field("log.level", Input.LEVEL, Form.LOWER),
        Field("message", Input.MESSAGE),
        Field("ecs.version", Input.CONSTANT, value="8.11.0"),
        Field("log.logger", Input.LOGGER, Form.TEXT),
        Field("service.name", Input.SERVICE),
        Field("service.version", Input.SERVICE_VERSION),
        Field("service.environment", Input.SERVICE_ENVIRONMENT),
        Field("service.node.name", Input.SERVICE_INSTANCE),
        Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("trace.id", Input.TRACE_ID, Form.HEX),
        Field("span.id", Input.SPAN_ID, Form.HEX),
        Field("trace_stale", Input.TRACE_STALE),
        Field("log.origin.file.name", Input.FILE_NAME),
        Field("log.origin.file.line", Input.LINE_NUMBER),
        Field("log.origin.function", Input.FUNCTION_NAME),
        Field("process.pid", Input.PROCESS_ID),
        Field("process.name", Input.PROCESS_NAME),
        Field("process.thread.id", Input.THREAD_ID),
        Field("process.thread.name", Input.THREAD_NAME),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Field("args", Input.FORMAT_ARGS, Form.TEXT),
        Field("format_error", Input.FORMAT_ERROR),
        Field("error.type", Input.EXCEPTION_TYPE),
        Field("error.message", Input.EXCEPTION_MESSAGE),
        Field("error.stack_trace", Input.EXCEPTION_STACKTRACE),
        Field("error.chain", Input.EXCEPTION_CHAIN),
        Field("stack_info", Input.STACK_INFO),
        Field("truncated", Input.TRUNCATED),
    ),
    paths=True,
    defaults={"stacktrace": True},
)
