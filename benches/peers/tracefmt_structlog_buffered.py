"""structlog with tracefmt's renderer and tracefmt's buffered writer."""

from __future__ import annotations

import structlog  # noqa: F401  # without it this contender is absent
import through_structlog
from contender import Prepared, Sink, Traits
from through_tracefmt import BUFFER
from workloads import Workload

import tracefmt
from tracefmt.structlog import LoggerFactory

LABEL = "structlog + Renderer, LoggerFactory, buffered"
TRAITS = Traits(packages=("structlog", "opentelemetry-sdk"))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage
    handler = tracefmt.StreamHandler(sink.text(), buffer_size=BUFFER)
    return Prepared(through_structlog.loop(LoggerFactory(handler), workload), handler.flush)
