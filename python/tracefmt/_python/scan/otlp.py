"""OTLP/JSON: the records in a line's tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from tracefmt._python.scan.record import Record, judge, name, time
from tracefmt.reading.otlp import KEY, items
from tracefmt.reading.trace_id import ABSENT

__all__ = ["KEY", "SEVERITY_NUMBER", "SEVERITY_TEXT", "records"]

SEVERITY_TEXT, SEVERITY_NUMBER = 100, 101
"""Where a level was found, for the group's name."""


def records(value: Mapping[str, Any]) -> Iterator[Record]:
    """Go through the records of the tree."""
    for resource_logs in items(value[KEY]):
        resource = _attributes(_object(resource_logs.get("resource")))
        service, process = resource.get("service.name"), resource.get("process.pid")
        for scope_logs in items(resource_logs.get("scopeLogs")):
            logger = _object(scope_logs.get("scope")).get("name")
            logger = name(logger) if _is_text(logger) else None
            for record in items(scope_logs.get("logRecords")):
                own = _attributes(record)
                own_process = own.get("process.pid")
                observed = time(record.get("observedTimeUnixNano"))
                yield Record(
                    time(record.get("timeUnixNano")) or observed or None,
                    _level(record),
                    logger,
                    service,
                    process if own_process is None else own_process,
                    judge(record["traceId"]) if "traceId" in record else ABSENT,
                    own.get("trace_stale"),
                )


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and type(value) is str  # and not a number's digits


def _level(record: Mapping[str, Any]) -> bytes | None:
    text, number = record.get("severityText"), record.get("severityNumber")
    if _is_text(text) and text:
        return bytes([SEVERITY_TEXT]) + name(text)
    if isinstance(number, str) and number:
        return bytes([SEVERITY_NUMBER]) + name(number)
    return None


def _attributes(holder: Mapping[str, Any]) -> dict[str, bytes | None]:
    """Return attributes that are texts or integers; of two the last."""
    found: dict[str, bytes | None] = {}
    for pair in items(holder.get("attributes")):
        key, value = pair.get("key"), _object(pair.get("value"))
        if not _is_text(key):
            continue
        text, number = value.get("stringValue"), value.get("intValue")
        if _is_text(text):
            found[key] = name(text)
        else:
            found[key] = name(number) if isinstance(number, str) else None
    return found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
