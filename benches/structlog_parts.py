"""
Where the time of a call of structlog goes, part by part: instructions for a line of W3 in a span.

    python benches/structlog_parts.py              the table; needs valgrind
    python benches/structlog_parts.py NAME LINES   what is counted: so many lines by one chain

Each part is the difference between a chain with it and one without it; a chain is counted as the
difference between two runs of different length under callgrind.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import callgrind
import span
import structlog
from workloads import LOGGER, WORKLOADS

import tracefmt
from tracefmt.cli.bench.loops import keyword_loop
from tracefmt.structlog import LoggerFactory, Renderer

WORKLOAD = WORKLOADS["W3"]
SHORT, LONG = 500, 3_000
LINE = b"x" * 340  # about what the workload's line is


class Nowhere:
    """A logger that structlog can wrap, and that writes nothing."""

    name = LOGGER

    def info(self, line: bytes) -> None:
        """Take a line."""


def constant(_logger: Any, _name: str, _event: Any) -> bytes:
    """Return a line that is ready."""
    return LINE


def chains() -> dict[str, tuple[list[Any], Any]]:
    """Return processors and logger factory of each chain, each with one part more."""
    null = lambda *_: Nowhere()  # noqa: E731
    out = open(os.devnull, "ab")  # noqa: SIM115, PTH123
    theirs = structlog.BytesLoggerFactory(out)
    file = open(os.devnull, "w")  # noqa: SIM115, PTH123
    ours = LoggerFactory(tracefmt.StreamHandler(file))
    buffered = LoggerFactory(tracefmt.StreamHandler(file, buffer_size=65536))
    peer = importlib.import_module("peers.structlog_orjson")
    made: dict[str, tuple[list[Any], Any]] = {
        "bound logger, event dict, loop over processors": ([constant], null),
        "Renderer": ([Renderer(merge_contextvars=True)], null),
        "Renderer > BytesLogger": ([Renderer(merge_contextvars=True)], theirs),
        "Renderer > LoggerFactory": ([Renderer(merge_contextvars=True)], ours),
        "Renderer > LoggerFactory, buffered": ([Renderer(merge_contextvars=True)], buffered),
    }
    processors: list[Any] = []
    *before, last = peer.processors()
    for processor in before:
        processors.append(processor)
        made[f"orjson > {name_of(processor)}"] = ([*processors, constant], null)
    processors.append(last)
    made[f"orjson > {name_of(last)}"] = (processors, null)
    made["orjson > BytesLogger"] = (processors, theirs)
    return made


def name_of(processor: Any) -> str:
    """Return what a processor is called."""
    return getattr(processor, "__name__", type(processor).__name__)


def loop(name: str) -> Callable[[int], None]:
    """Set structlog up with one chain, and return the loop over its logger."""
    processors, factory = chains()[name]
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger("INFO"),
        processors=processors,
        logger_factory=factory,
    )
    return keyword_loop(structlog.get_logger(LOGGER), WORKLOAD)


def instructions(name: str) -> int:
    """Return the instructions for one line of a chain."""
    return round(callgrind.instructions(Path(__file__), name, (SHORT, LONG)))


def table() -> None:
    """Print what each part of each chain takes."""
    first, *names = chains()
    counted = {name: instructions(name) for name in (first, *names)}
    print("| part | instructions |\n|---|---:|")
    print(f"| {first} | {counted[first]:,} |")
    before = counted[first]
    for name in names:
        chain, _, part = name.rpartition(" > ")
        if chain == "Renderer":
            print(f"| … and then {part} | {counted[name] - counted['Renderer']:,} |")
            continue
        if chain == "orjson" and before == counted["Renderer"]:
            before = counted[first]
        print(f"| {part} | {counted[name] - before:,} |")
        before = counted[name]
    for name in ("orjson > BytesLogger", "Renderer > BytesLogger"):
        print(f"| all of it: {name} | {counted[name]:,} |")


if __name__ == "__main__":
    if sys.argv[1:]:
        chain, lines = sys.argv[1:]
        with span.entered(WORKLOAD):
            loop(chain)(int(lines))
    else:
        table()
