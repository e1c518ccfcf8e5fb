"""One record, as far as it is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tracefmt.reading.time import parse_text
from tracefmt.reading.trace_id import ABSENT, VALID, TraceId, judge_text

__all__ = ["Digits", "Record", "Row", "judge", "name", "time"]

TIME, LEVEL, LOGGER, SERVICE, PROCESS, TRACE_ID, TRACE_STALE = range(7)
_MISSING = object()
_NULL, _MALFORMED = TraceId("null"), TraceId("malformed")


class Digits(str):
    """A number as it is written."""

    __slots__ = ()


class Row(NamedTuple):
    """One key that may hold a member, and how it is found where it is nested."""

    number: int
    key: str
    path: tuple[str, ...]
    decimal: bool


class Record(NamedTuple):
    """What is counted of a record; texts are in UTF-8, their lone surrogates as three bytes."""

    time: int | None
    level: bytes | None
    """The number of its row before it, since numbers of levels have several scales."""
    logger: bytes | None
    service: bytes | None
    process: bytes | None
    trace_id: TraceId
    trace_stale: bytes | None
    """Why its span was stale, as the line says."""

    @classmethod
    def of(cls, value: Mapping[str, Any], rows: Sequence[Sequence[Row]]) -> Record:
        """Return the record that an object is."""
        return cls(
            _time(value, rows[TIME]),
            _level(value, rows[LEVEL]),
            _text(value, rows[LOGGER]),
            _text(value, rows[SERVICE]),
            _text(value, rows[PROCESS]),
            _trace_id(value, rows[TRACE_ID]),
            _text(value, rows[TRACE_STALE]),
        )


def _candidates(value: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[tuple[Row, Any]]:
    """Go through what there is for a member, best first; of a row the plain key's alone."""
    for row in rows:
        found = value.get(row.key, _MISSING)
        if found is _MISSING and len(row.path) > 1:
            found = _follow(value, row.path)
        if found is not _MISSING:
            yield row, found


def _follow(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return _MISSING
        value = value.get(key, _MISSING)
    return value


def _time(value: Mapping[str, Any], rows: Sequence[Row]) -> int | None:
    for _, found in _candidates(value, rows):
        point = time(found)
        if point is not None:
            return point
    return None


def _level(value: Mapping[str, Any], rows: Sequence[Row]) -> bytes | None:
    for row, found in _candidates(value, rows):
        if isinstance(found, str) and found:
            return bytes([row.number]) + name(found)
    return None


def _text(value: Mapping[str, Any], rows: Sequence[Row]) -> bytes | None:
    for _, found in _candidates(value, rows):
        if isinstance(found, (str, bool)):
            return name(found)
    return None


def _trace_id(value: Mapping[str, Any], rows: Sequence[Row]) -> TraceId:
    """Return the first that is an id, else the first that is there."""
    first = None
    for row, found in _candidates(value, rows):
        judged = judge(found, decimal=row.decimal)
        if judged.kind == VALID:
            return judged
        first = first or judged
    return first or ABSENT


def time(value: Any) -> int | None:
    """Return a value as microseconds since the epoch, or None where it is no time."""
    return parse_text(value) if isinstance(value, str) else None


def judge(value: Any, *, decimal: bool = False) -> TraceId:
    """Return the id that a value holds, or why it is none."""
    if isinstance(value, str):
        return judge_text(value, decimal=decimal)
    return _NULL if value is None else _MALFORMED


def name(value: str | bool) -> bytes:
    """Return the text of a value, for a group's name."""
    text = value if isinstance(value, str) else str(value).lower()
    return text.encode("utf-8", "surrogatepass")
