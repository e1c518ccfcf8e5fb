"""
OTLP/JSON: a line is a tree of resources, scopes and records.

The tree is that of `opentelemetry-proto`_'s ``LogsData``; an id of another length than 16 bytes is
none, as its comments say.

.. _opentelemetry-proto: https://github.com/open-telemetry/opentelemetry-proto
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracefmt.reading import chain, level, time
from tracefmt.reading.line import LogException, LogLine
from tracefmt.reading.trace_id import ABSENT, judge, judge_span_id

__all__ = ["KEY", "any_value", "attributes", "items", "records"]

KEY = "resourceLogs"
_EXCEPTION = ("exception.type", "exception.message", "exception.stacktrace")
# An AnyValue's members; the first that is there is taken.
_PLAIN = ("stringValue", "boolValue", "doubleValue", "bytesValue")


def records(value: Mapping[str, Any]) -> Iterator[LogLine]:
    """Go through the records of a ``LogsData``; what is not of its form is passed over."""
    for resource_logs in items(value.get(KEY)):
        resource = attributes(_object(resource_logs.get("resource")).get("attributes"))
        for scope_logs in items(resource_logs.get("scopeLogs")):
            logger = _object(scope_logs.get("scope")).get("name")
            for record in items(scope_logs.get("logRecords")):
                yield _record(record, resource, logger if isinstance(logger, str) else None)


def _record(record: Mapping[str, Any], resource: Mapping[str, Any], logger: str | None) -> LogLine:
    found = attributes(record.get("attributes"))
    parts = [found.pop(key, None) for key in _EXCEPTION]
    kind, message, stacktrace = (part if isinstance(part, str) else None for part in parts)
    if stacktrace is None and (told := chain.text(found.get("exception.chain"))) is not None:
        stacktrace = told
        del found["exception.chain"]
    exception = LogException(kind, message, stacktrace)
    truncated = found.get("truncated")
    if isinstance(truncated, str):
        del found["truncated"]
    point = time.parse(record.get("timeUnixNano")) or time.parse(record.get("observedTimeUnixNano"))
    name = level.read(record.get("severityText"))
    flags = record.get("flags")
    process = found.pop("process.pid", resource.get("process.pid"))
    body = any_value(record.get("body"))
    service = resource.get("service.name")
    return LogLine(
        time=point,
        level=name or level.read(record.get("severityNumber"), "severityNumber"),
        logger=logger or None,
        message=body if isinstance(body, str) or body is None else repr(body),
        service=service if isinstance(service, str) else None,
        process=None if process is None else str(process),
        trace_id=judge(record["traceId"]) if "traceId" in record else ABSENT,
        span_id=judge_span_id(record.get("spanId")),
        trace_flags=flags & 0xFF if isinstance(flags, int) else None,
        exception=exception if exception != LogException() else None,
        truncated=truncated if isinstance(truncated, str) else None,
        attributes=found,
    )


def attributes(pairs: Any) -> dict[str, Any]:
    """Return a list of ``KeyValue`` as a dict."""
    return {
        pair["key"]: any_value(pair.get("value"))
        for pair in items(pairs)
        if isinstance(pair.get("key"), str)
    }


def any_value(value: Any) -> Any:
    """Return what an ``AnyValue`` holds, as JSON has it; integers may be text or numbers there."""
    if not isinstance(value, dict):
        return None
    for key in _PLAIN:
        if key in value:
            return value[key]
    if "intValue" in value:
        number = value["intValue"]
        try:
            return int(number)
        except (TypeError, ValueError):
            return number
    if "arrayValue" in value:
        elements = _object(value["arrayValue"]).get("values")
        return [any_value(item) for item in elements] if isinstance(elements, list) else []
    if "kvlistValue" in value:
        return attributes(_object(value["kvlistValue"]).get("values"))
    return None


def items(value: Any) -> Iterator[Mapping[str, Any]]:
    """Go through the objects of an array, if it is one."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
