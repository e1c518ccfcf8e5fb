"""What a log line says, in words that belong to no schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracefmt.reading.trace_id import ABSENT, TraceId

__all__ = ["LogException", "LogLine"]


@dataclass(frozen=True)
class LogException:
    """
    An exception as a line tells it; each part may be missing.

    Attributes:
        type: the class's name.
        message: its text.
        stacktrace: the frames, as text of several lines.
    """

    type: str | None = None
    message: str | None = None
    stacktrace: str | None = None


@dataclass(frozen=True)
class LogLine:
    """
    One log record read back.

    Attributes:
        time: microseconds since the epoch, or None where the line has no time that can be read.
        level: in lower case, by the names of `logging` (``"warning"``, not ``"warn"``); None where
            there is none.
        logger: the logger's name.
        message: the text.
        service: the service's name.
        process: the process's number, as text.
        trace_id: what the line has for a trace id, and whether that is one.
        span_id: 16 hex digits, or None.
        trace_flags: the W3C flags, or None.
        exception: what was raised.
        truncated: what was cut from the line, in the words of the line.
        attributes: all else, in the line's order.
    """

    time: int | None = None
    level: str | None = None
    logger: str | None = None
    message: str | None = None
    service: str | None = None
    process: str | None = None
    trace_id: TraceId = ABSENT
    span_id: str | None = None
    trace_flags: int | None = None
    exception: LogException | None = None
    truncated: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
