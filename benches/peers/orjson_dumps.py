"""The ceiling: orjson alone, given a dict that is ready, ids, time text and stacktrace included."""

from __future__ import annotations

import traceback

import orjson
import span
from contender import FORMAT, Prepared, Sink, Traits
from workloads import Workload

from tracefmt.cli.bench.loops import record

LABEL = "orjson.dumps of the ready dict"
TRAITS = Traits(stages=(FORMAT,), packages=("orjson",))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage, sink
    made = record(workload)
    line = {
        "timestamp": "2026-01-01T00:00:00.000000Z",
        "level": made.levelname.lower(),
        "logger": made.name,
        "message": workload.text,
        **span.ids(),
        **workload.fields,
    }
    if made.exc_info:
        line["exception.stacktrace"] = "".join(traceback.format_exception(made.exc_info[1]))

    def loop(count: int) -> None:
        dumps = orjson.dumps
        for _ in range(count):
            dumps(line, default=str)

    return Prepared(loop, line=lambda: orjson.dumps(line, default=str))
