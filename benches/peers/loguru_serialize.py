"""loguru with ``serialize=True``, and a patcher for the ids."""

from __future__ import annotations

from typing import Any

import span
from contender import Prepared, Sink, Traits
from loguru import logger
from workloads import Workload

from tracefmt.cli.bench.loops import keyword_loop

LABEL = "loguru, serialize"
TRAITS = Traits(
    packages=("loguru", "opentelemetry-sdk"),
    message="record/message",
    fields="record/extra",
    ids=("record/extra/trace_id", "record/extra/span_id"),
)


def add_ids(record: Any) -> None:
    record["extra"].update(span.ids())


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage
    out = sink.text()
    logger.remove()
    logger.add(out, serialize=True, level="INFO" if workload.enabled else "WARNING")
    log = logger.patch(add_ids)
    return Prepared(keyword_loop(log, workload, braces=True), out.flush)
