"""python-json-logger with orjson, and the ids of OpenTelemetry's LoggingInstrumentor."""

from __future__ import annotations

import logging

import through_logging
from contender import CALL, FORMAT, Prepared, Sink, Traits
from pythonjsonlogger.orjson import OrjsonFormatter
from workloads import Workload

LABEL = "python-json-logger, orjson"
TRAITS = Traits(
    stages=(FORMAT, CALL),
    packages=("python-json-logger", "orjson", *through_logging.INSTRUMENTATION),
    ids=through_logging.INSTRUMENTED_IDS,
)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    through_logging.instrument()
    handler = logging.StreamHandler(sink.text())
    handler.setFormatter(OrjsonFormatter(["levelname", "name", "message"], timestamp=True))
    return through_logging.prepared(stage, handler, workload)
