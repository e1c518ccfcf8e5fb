"""
Spans from OTLP/JSON: a ``TracesData`` a line, as the Collector and the SDKs' exporters write it.

Names and meanings are those of `opentelemetry-proto`_'s trace.proto.

.. _opentelemetry-proto: https://github.com/open-telemetry/opentelemetry-proto
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracefmt.reading import otlp, time
from tracefmt.reading.reader import NotALine, load
from tracefmt.reading.trace_id import judge, judge_span_id

__all__ = ["ReadSpan", "read", "spans"]

_KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
_ERROR = (2, "STATUS_CODE_ERROR")


@dataclass(frozen=True)
class ReadSpan:
    """
    A span read back.

    Attributes:
        trace_id: 32 hex digits.
        span_id: 16 hex digits.
        parent_id: likewise; None for a root.
        name: what it was called.
        service: whose it is, or None.
        kind: ``"server"``, ``"client"``, ``"internal"``, ``"producer"``, ``"consumer"``, or None.
        start: microseconds since the epoch.
        end: likewise; never before `start`.
        is_error: whether its status says so.
        status_message: what the status says besides.
        attributes: its own, without the resource's.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    service: str | None
    kind: str | None
    start: int
    end: int
    is_error: bool = False
    status_message: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


def read(lines: Iterable[bytes]) -> Iterator[ReadSpan]:
    """Go through the spans on lines; lines that hold none are passed over."""
    for line in lines:
        if b"resourceSpans" not in line:
            continue
        try:
            yield from spans(load(line))
        except NotALine:
            continue


def spans(value: Mapping[str, Any]) -> Iterator[ReadSpan]:
    """Go through the spans of a ``TracesData``; those without ids or a start are passed over."""
    for resource_spans in otlp.items(value.get("resourceSpans")):
        resource = resource_spans.get("resource")
        found = otlp.attributes(resource.get("attributes") if isinstance(resource, dict) else None)
        service = found.get("service.name")
        for scope_spans in otlp.items(resource_spans.get("scopeSpans")):
            for span in otlp.items(scope_spans.get("spans")):
                one = _span(span, service if isinstance(service, str) else None)
                if one is not None:
                    yield one


def _span(span: Mapping[str, Any], service: str | None) -> ReadSpan | None:
    trace_id = judge(span.get("traceId")).value
    span_id = judge_span_id(span.get("spanId"))
    start = time.parse(span.get("startTimeUnixNano"))
    if trace_id is None or span_id is None or not start:
        return None
    status = span.get("status")
    status = status if isinstance(status, dict) else {}
    message = status.get("message")
    name = span.get("name")
    kind = span.get("kind")
    if isinstance(kind, str):
        kind = kind.removeprefix("SPAN_KIND_").lower()
    return ReadSpan(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=judge_span_id(span.get("parentSpanId")),
        name=name if isinstance(name, str) and name else "(no name)",
        service=service,
        kind=_KINDS.get(kind) if isinstance(kind, int) else kind,
        start=start,
        end=max(start, time.parse(span.get("endTimeUnixNano")) or start),
        is_error=status.get("code") in _ERROR,
        status_message=message if isinstance(message, str) else "",
        attributes=otlp.attributes(span.get("attributes")),
    )
