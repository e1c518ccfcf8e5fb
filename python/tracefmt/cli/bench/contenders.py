"""What `tracefmt bench` compares: what logging has of its own, and tracefmt on each core."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import tracefmt
from tracefmt import _core
from tracefmt.cli.bench.loops import Loop, format_loop, logging_loop, record
from tracefmt.cli.bench.workloads import TRACE_ID, WORKLOADS, Workload

FORMAT, CALL = "format", "call"
BUFFER = 64 * 1024  # bytes

Make: TypeAlias = Callable[[Workload, io.TextIOWrapper], Loop]


class BenchError(Exception):
    """What was to be measured did not do its work, so its cost would say nothing."""


class Contender(NamedTuple):
    """
    Something that is measured.

    Attributes:
        name: what it is called in the table.
        stage: ``"format"`` (a ready record to a line) or ``"call"`` (the whole call).
        core: tracefmt's core, or None for logging's own.
        make: returns the loop for a workload that writes to a stream.
        json: whether it writes JSON with ids, which is then checked.
    """

    name: str
    stage: str
    core: str | None
    make: Make
    json: bool = True


def contenders() -> list[Contender]:
    """Return those that there are here: with both cores if both are installed."""
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    cores = [name for name in ("rust", "python") if _is_installed(name)]
    native = hasattr(tracefmt, "get_logger")
    return [
        Contender("logging.Formatter, text", FORMAT, None, _formatter(text.format), json=False),
        *(Contender("tracefmt.Formatter", FORMAT, core, _ours(core, _format)) for core in cores),
        Contender("NullHandler", CALL, None, _null, json=False),
        Contender("StreamHandler, text", CALL, None, _text(text), json=False),
        *(_handler(core) for core in cores),
        *(_logger(core, 0) for core in cores if native),
        *(_logger(core, BUFFER) for core in cores[:1] if native),
    ]


def check(contender: Contender) -> None:
    """
    Let a contender write one line, and read it.

    Raises:
        BenchError: tracefmt's line is not there, or without the ids of the span.
    """
    if not contender.json or contender.stage == FORMAT:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "check.jsonl")
        with path.open("w", encoding="utf-8") as stream:
            contender.make(WORKLOADS["W3"], stream)(1)
        line = path.read_text(encoding="utf-8")
    must_have_ids(contender.name, line)


def must_have_ids(name: str, line: str) -> None:
    """Raise `BenchError` if a line is not JSON with the ids of the span that is active."""
    try:
        found = json.loads(line).get("trace_id")
    except ValueError:
        found = None
    if found != f"{TRACE_ID:032x}":
        raise BenchError(f"{name}: a line that was logged inside a span is without its ids: {line}")


def _is_installed(core: str) -> bool:
    try:
        return core == _core.load(core).NAME
    except ImportError:
        return False


@contextlib.contextmanager
def _in_force(core: str) -> Iterator[None]:
    """Let objects that are built here take that core."""
    before = _core.core
    _core.core = _core.load(core)
    try:
        yield
    finally:
        _core.core = before


def _ours(core: str, make: Make) -> Make:
    def made(workload: Workload, stream: io.TextIOWrapper) -> Loop:
        with _in_force(core):
            return make(workload, stream)

    return made


def _formatter(write: Callable[[logging.LogRecord], Any]) -> Make:
    return lambda workload, _stream: format_loop(write, record(workload))


def _format(workload: Workload, _stream: io.TextIOWrapper) -> Loop:
    made = record(workload)
    formatter = tracefmt.Formatter()
    if workload.in_span:
        must_have_ids("tracefmt.Formatter", formatter.format(made))
    return format_loop(formatter.format_bytes, made)


def _handler(core: str) -> Contender:
    def make(workload: Workload, stream: io.TextIOWrapper) -> Loop:
        return _logging(tracefmt.StreamHandler(stream), workload)

    return Contender("tracefmt.StreamHandler", CALL, core, _ours(core, make))


def _logger(core: str, buffer_size: int) -> Contender:
    def make(workload: Workload, stream: io.TextIOWrapper) -> Loop:
        handler = tracefmt.StreamHandler(stream, buffer_size=buffer_size)
        return _logging(handler, workload, tracefmt.Logger)

    name = "tracefmt.Logger, buffered" if buffer_size else "tracefmt.Logger"
    return Contender(name, CALL, core, _ours(core, make))


def _null(workload: Workload, _stream: io.TextIOWrapper) -> Loop:
    return _logging(logging.NullHandler(), workload)


def _text(formatter: logging.Formatter) -> Make:
    def make(workload: Workload, stream: io.TextIOWrapper) -> Loop:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        return _logging(handler, workload)

    return make


def _logging(
    handler: logging.Handler, workload: Workload, kind: type[logging.Logger] = logging.Logger
) -> Loop:
    log = kind("bench")  # ours alone: neither a name of the application's nor its root's handlers
    log.addHandler(handler)
    log.setLevel(logging.INFO if workload.enabled else logging.WARNING)
    write = logging_loop(log, workload)

    def loop(count: int) -> None:
        write(count)
        handler.flush()  # what waits in a buffer belongs to the cost

    return loop


def null_stream() -> io.TextIOWrapper:
    """Open the null device for text."""
    return Path(os.devnull).open("w", encoding="utf-8")
