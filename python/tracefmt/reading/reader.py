"""From the bytes of a line to what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from tracefmt.reading import chain, layouts, level, otlp, time
from tracefmt.reading.line import LogException, LogLine
from tracefmt.reading.trace_id import ABSENT, VALID, TraceId, judge, judge_span_id
from tracefmt.schemas import Schema

__all__ = ["NotALine", "Reader", "load"]

_MISSING = object()
_LONGEST_INTEGER = 4000  # digits; Python refuses 4301 of them


class NotALine(ValueError):  # noqa: N818  # the name says what it is
    """The text is no JSON object (RFC 8259) in UTF-8."""


def load(line: bytes) -> dict[str, Any]:
    """
    Return the JSON object on a line.

    Raises:
        NotALine: it is none.
    """
    try:
        value = json.loads(line.decode(), parse_constant=_refuse, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise NotALine(f"not UTF-8: {error.reason}, at byte {error.start + 1}") from None
    except RecursionError:
        raise NotALine("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotALine(f"not JSON: {error.msg}, at character {error.pos + 1}") from None
    except ValueError as error:
        raise NotALine(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise NotALine("not a JSON object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONGEST_INTEGER else digits


class Reader:
    """
    Reads lines of any schema, or of one.

    Args:
        schema: a schema's name, a `tracefmt.Schema`, or None for whatever a line looks like.

    Raises:
        ConfigurationError: there is no such schema.

    Example:
        >>> from tracefmt.reading import Reader
        >>> (line,) = Reader().read(b'{"log.level":"WARN","message":"stock low","trace":{"id":""}}')
        >>> line.level, line.message, line.trace_id.kind
        ('warning', 'stock low', 'empty')
    """

    def __init__(self, schema: str | Schema | None = None) -> None:
        rows = layouts.named(schema)
        self._rows = {
            member: [(key, layouts.path(key)) for key in keys] for member, keys in rows.items()
        }
        self._otlp = schema in (None, layouts.OTLP)

    def read(self, line: bytes) -> list[LogLine]:
        """
        Return the records on a line: one, or as many as an OTLP/JSON line has.

        Raises:
            NotALine: the text is no JSON object.
        """
        value = load(line)
        if self._otlp and otlp.KEY in value:
            return list(otlp.records(value))
        return [self._view(value)]

    def _view(self, value: dict[str, Any]) -> LogLine:
        used: set[str] = set()
        told = self._chain(value, used)  # says no more than the text, if that is there, too
        exception = LogException(
            self._text(value, "exception_type", used),
            self._text(value, "exception_message", used),
            self._stacktrace(value, used) or told,
        )
        return LogLine(
            time=self._time(value, used),
            level=self._level(value, used),
            logger=self._text(value, "logger", used),
            message=self._text(value, "message", used),
            service=self._text(value, "service", used),
            process=self._text(value, "process", used),
            trace_id=self._trace_id(value, used),
            span_id=self._span_id(value, used),
            trace_flags=self._flags(value, used),
            exception=exception if exception != LogException() else None,
            truncated=self._text(value, "truncated", used),
            attributes={
                key: member
                for key, member in _without(value, used).items()
                if key not in layouts.REDUNDANT
            },
        )

    def _candidates(self, value: Mapping[str, Any], member: str) -> Iterator[tuple[str, Any]]:
        """Go through what the line has for a member, best first."""
        for key, path in self._rows.get(member, ()):
            found = value.get(key, _MISSING)
            if found is _MISSING and len(path) > 1:
                found = _follow(value, path)
            if found is not _MISSING:
                yield key, found

    def _text(self, value: Mapping[str, Any], member: str, used: set[str]) -> str | None:
        for key, found in self._candidates(value, member):
            if isinstance(found, (str, int, float)):
                used.add(key)
                return found if isinstance(found, str) else json.dumps(found)
        return None

    def _time(self, value: Mapping[str, Any], used: set[str]) -> int | None:
        for key, found in self._candidates(value, "time"):
            point = time.parse(found)
            if point is not None:
                used.add(key)
                return point
        return None

    def _level(self, value: Mapping[str, Any], used: set[str]) -> str | None:
        for key, found in self._candidates(value, "level"):
            name = level.read(found, key)
            if name is not None:
                used.add(key)
                return name
        return None

    def _trace_id(self, value: Mapping[str, Any], used: set[str]) -> TraceId:
        first = ABSENT
        for key, found in self._candidates(value, "trace_id"):
            judged = judge(found, decimal=key in layouts.DECIMAL)
            if judged.kind == VALID:
                used.add(key)
                return judged
            if first is ABSENT:
                first = judged
                used.add(key)
        return first

    def _span_id(self, value: Mapping[str, Any], used: set[str]) -> str | None:
        for key, found in self._candidates(value, "span_id"):
            judged = judge_span_id(found, decimal=key in layouts.DECIMAL)
            if judged is not None:
                used.add(key)
                return judged
        return None

    def _flags(self, value: Mapping[str, Any], used: set[str]) -> int | None:
        for key, found in self._candidates(value, "trace_flags"):
            flags = _read_flags(found)
            if flags is not None:
                used.add(key)
                return flags
        return None

    def _stacktrace(self, value: Mapping[str, Any], used: set[str]) -> str | None:
        for key, found in self._candidates(value, "exception_stacktrace"):
            if isinstance(found, str) and found:
                used.add(key)
                return found
            if isinstance(found, list) and found and all(isinstance(f, str) for f in found):
                used.add(key)
                return "".join(part if part.endswith("\n") else f"{part}\n" for part in found)
        return None

    def _chain(self, value: Mapping[str, Any], used: set[str]) -> str | None:
        for key, found in self._candidates(value, "exception_chain"):
            text = chain.text(found)
            if text is not None:
                used.add(key)
                return text
        return None


def _read_flags(value: Any) -> int | None:
    if isinstance(value, int):  # also true and false
        return value & 0xFF
    if isinstance(value, str) and value.isalnum() and len(value) == 2:  # noqa: PLR2004
        try:
            return int(value, 16)
        except ValueError:
            return None
    return None


def _follow(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return _MISSING
        value = value.get(key, _MISSING)
    return value


def _without(value: dict[str, Any], used: set[str]) -> dict[str, Any]:
    """Return the object less the fields that were read, also from within other objects."""
    rest = {key: member for key, member in value.items() if key not in used}
    for key in used:
        head, *tail = layouts.path(key)
        inner = rest.get(head)
        if key not in value and tail and isinstance(inner, dict):
            left = _without(inner, {".".join(tail)})
            if left:
                rest[head] = left
            else:
                del rest[head]
    return rest
