"""Elastic's formatter, and the ids of OpenTelemetry's LoggingInstrumentor."""

from __future__ import annotations

import logging

import ecs_logging
import through_logging
from contender import CALL, FORMAT, Prepared, Sink, Traits
from workloads import Workload

LABEL = "ecs-logging"
TRAITS = Traits(
    stages=(FORMAT, CALL),
    packages=("ecs-logging", *through_logging.INSTRUMENTATION),
    ids=through_logging.INSTRUMENTED_IDS,
)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    through_logging.instrument()
    handler = logging.StreamHandler(sink.text())
    handler.setFormatter(ecs_logging.StdlibFormatter())
    return through_logging.prepared(stage, handler, workload)
