"""structlog with tracefmt's renderer, and structlog's own logger for bytes."""

from __future__ import annotations

import structlog
import through_structlog
from contender import Prepared, Sink, Traits
from workloads import Workload

LABEL = "structlog + tracefmt.structlog.Renderer"
TRAITS = Traits(packages=("structlog", "opentelemetry-sdk"))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage
    out = sink.binary()
    loop = through_structlog.loop(structlog.BytesLoggerFactory(out), workload)
    return Prepared(loop, out.flush)
