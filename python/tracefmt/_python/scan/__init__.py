"""
Log lines read back and counted: bytes in, counts out.

The reference of ``rust/scan``; ``docs/audit.md`` says what is counted.  What a time and an id are,
`tracefmt.reading` says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from tracefmt._python.scan import otlp
from tracefmt._python.scan.record import Digits, Record, Row
from tracefmt._python.scan.tally import MOST, MOST_MINUTES, Tally
from tracefmt._python.scan.traces import Traces
from tracefmt.spans._stale import REASONS

__all__ = ["Scan"]

LONGEST = 1 << 24
"""Bytes; a longer line is none, and so much of it is kept at most."""
NAMED = 10
"""Broken lines of each file that are named; all are counted."""
DEEPEST = 256
"""Objects and arrays within each other; deeper ones are no log line."""

_MEMBERS = 7
_BLANKS = b" \t\r"
_MICROSECONDS = 60_000_000  # of a minute


class Scan:
    """All that was counted."""

    def __init__(
        self, rows: Sequence[tuple[int, str, Sequence[str], bool]], otlp: bool, traces: Traces
    ) -> None:
        self._rows: list[list[Row]] = [[] for _ in range(_MEMBERS)]
        for member, key, path, decimal in rows:
            of_member = self._rows[member]
            of_member.append(Row(len(of_member), key, tuple(path), decimal))
        self._otlp = otlp
        self._begun: list[bytes] = []
        self._begun_size = 0
        self._overlong = False
        self._file = self._line = self._named = 0
        self._all = Tally(1)
        self._levels, self._loggers, self._services = Tally(MOST), Tally(MOST), Tally(MOST)
        self._minutes = Tally(MOST_MINUTES)
        self._traces = traces
        self._stale_lines = {reason.encode(): 0 for reason in REASONS}
        self._broken = 0
        self._examples: list[tuple[int, int, str]] = []
        self._span: tuple[int, int] | None = None

    def feed(self, data: bytes) -> None:
        """Read what comes next of a file."""
        first, *more = data.split(b"\n")
        self._keep(first)
        if not more:
            return
        self._finish_line()
        for line in more[:-1]:
            self._read_line(line)
        self._keep(more[-1])

    def end_file(self) -> None:
        """Take what comes next for another file's."""
        if self._overlong or self._begun_size:
            self._finish_line()
        self._file += 1
        self._line = self._named = 0

    def _keep(self, data: bytes) -> None:
        if self._begun_size + len(data) > LONGEST:
            self._overlong = True
            self._begun, self._begun_size = [], 0
        elif not self._overlong:
            self._begun.append(data)
            self._begun_size += len(data)

    def _finish_line(self) -> None:
        line, overlong = b"".join(self._begun), self._overlong
        self._begun, self._begun_size, self._overlong = [], 0, False
        if overlong:
            self._line += 1
            self._reject("longer than 16 MiB")
        else:
            self._read_line(line)

    def _reject(self, reason: str) -> None:
        self._broken += 1
        if self._named < NAMED:
            self._named += 1
            self._examples.append((self._file, self._line, reason))

    def _read_line(self, line: bytes) -> None:
        self._line += 1
        if len(line) > LONGEST:
            self._reject("longer than 16 MiB")
            return
        if not line.strip(_BLANKS):
            return
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self._reject("not UTF-8")
            return
        value = _load(text)
        if value is None:
            self._reject("not a JSON object")
            return
        if self._otlp and otlp.KEY in value:
            for record in otlp.records(value):
                self._count(record)
        else:
            self._count(Record.of(value, self._rows))

    def _count(self, record: Record) -> None:
        kind = record.trace_id.kind
        time = record.time
        self._all.add("", kind)
        self._minutes.add(None if time is None else time // _MICROSECONDS, kind)
        self._levels.add(record.level, kind)
        self._loggers.add(record.logger, kind)
        self._services.add(record.service, kind)
        if record.trace_stale in self._stale_lines:
            self._stale_lines[record.trace_stale] += 1
        if time is None:
            return
        first, last = self._span or (time, time)
        self._span = (min(first, time), max(last, time))
        if record.trace_id.value is not None and self._traces.are_wanted:
            process = None if record.process is None else (record.service or b"", record.process)
            self._traces.add(record.trace_id.value, time, process)

    def result(self) -> dict[str, Any]:
        """Return all that was counted."""
        return {
            "counts": self._all.total(),
            "levels": self._levels.groups(),
            "loggers": self._loggers.groups(),
            "services": self._services.groups(),
            "minutes": self._minutes.groups(),
            "stale_lines": list(self._stale_lines.values()),
            "broken": self._broken,
            "examples": list(self._examples),
            "span": self._span,
            "stale": self._traces.found(),
            "stale_dropped": self._traces.dropped,
        }


def _load(text: str) -> dict[str, Any] | None:
    """Return the JSON object, with its numbers as they are written, or None where it is none."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_int=Digits, parse_float=Digits)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    brackets = text.count("[") + text.count("{")
    return None if brackets > DEEPEST and _depth(value) > DEEPEST else value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, (dict, list))
        ]
    return depth
