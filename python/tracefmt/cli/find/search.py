"""The traces that have a line as it is wanted."""

from __future__ import annotations

import heapq
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from tracefmt.cli.pretty.filters import Filter
from tracefmt.reading import LogLine, NotALine, Reader
from tracefmt.reading.files import STDIN, UnreadableFile, in_order, lines

_CRITERION = re.compile(r"([\w.@/-]+)=(.*)", re.DOTALL)
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)
_MOST = 10_000  # traces in memory; the oldest go first

Test = Callable[[LogLine], bool]


@dataclass
class Candidate:
    """
    A trace that has such lines.

    Attributes:
        trace_id: 32 hex digits.
        line: the first of them.
        lines: how many there are.
        services: whose they are.
    """

    trace_id: str
    line: LogLine
    lines: int
    services: list[str]


def search(
    criteria: Sequence[str],
    since: int | timedelta | None,
    until: int | timedelta | None,
    limit: int,
    schema: str | None,
) -> list[Candidate]:
    """
    Return the newest traces that have lines which meet all criteria, the newest last.

    Raises:
        click.UsageError: a file cannot be read, or a criterion cannot be understood.
    """
    wanted, files = _split(criteria)
    tests, needles = _tests(wanted)
    earliest, latest = _point(since), _point(until)
    found: dict[str, Candidate] = {}
    try:
        for line in _lines(in_order(files) or [STDIN], needles, Reader(schema)):
            if earliest is not None and (line.time is None or line.time < earliest):
                continue
            if latest is not None and (line.time is None or line.time > latest):
                continue
            if line.trace_id.value is not None and all(test(line) for test in tests):
                _add(found, line.trace_id.value, line)
    except UnreadableFile as error:
        raise click.UsageError(str(error)) from error
    newest = heapq.nlargest(limit, found.values(), key=_time)
    return newest[::-1]


def _time(candidate: Candidate) -> int:
    return candidate.line.time or 0


def _add(found: dict[str, Candidate], trace_id: str, line: LogLine) -> None:
    candidate = found.get(trace_id)
    if candidate is None:
        if len(found) >= _MOST:
            for old in heapq.nsmallest(_MOST // 10, found.values(), key=_time):
                del found[old.trace_id]
        candidate = found[trace_id] = Candidate(trace_id, line, 0, [])
    candidate.lines += 1
    if line.service and line.service not in candidate.services:
        candidate.services.append(line.service)


def _split(arguments: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Tell criteria from files; what is there is a file, whatever its name is."""
    wanted, files = [], []
    for argument in arguments:
        match = _CRITERION.fullmatch(argument)
        if match is None or argument == STDIN or Path(argument).exists():
            files.append(argument)
        else:
            wanted.append((match[1], match[2]))
    return wanted, files


def _tests(wanted: Iterable[tuple[str, str]]) -> tuple[list[Test], list[bytes]]:
    """Return what a line is tested by, and what its text must hold for it to be worth reading."""
    tests: list[Test] = []
    needles = []
    for key, value in wanted:
        if key == "level":
            tests.append(Filter.of(value, (), (), None).passes)
        elif key == "logger":
            tests.append(Filter(loggers=(value,)).passes)
        elif key == "service":
            tests.append(Filter(services=(value,)).passes)
        elif key in ("trace", "trace_id"):
            tests.append(Filter.of(None, (), (), value).passes)
        elif key == "message":
            tests.append(lambda line, part=value: part in (line.message or ""))  # type: ignore[misc]
        else:
            tests.append(_attribute(key, value))
        if key not in ("level", "trace", "trace_id") and _PLAIN.fullmatch(value):
            needles.append(value.encode())
    return tests, needles


def _attribute(key: str, value: str) -> Test:
    def test(line: LogLine) -> bool:
        found: Any = line.attributes.get(key)
        if found is None:
            for part in key.split("."):
                found = (found or line.attributes).get(part) if _is_open(found) else None
        return (found if isinstance(found, str) else json.dumps(found)) == value

    return test


def _is_open(value: Any) -> bool:
    return value is None or isinstance(value, dict)


def _lines(files: Iterable[str], needles: Sequence[bytes], reader: Reader) -> Iterable[LogLine]:
    for path in files:
        for text in lines(path):
            if all(needle in text for needle in needles):
                try:
                    yield from reader.read(text)
                except NotALine:
                    continue


def _point(given: int | timedelta | None) -> int | None:
    """Return a point in time, in microseconds since the epoch; a duration counts back from now."""
    if isinstance(given, timedelta):
        return int(time.time() * 1e6) - given // timedelta(microseconds=1)
    return given
