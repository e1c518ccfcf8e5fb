"""python-json-logger with json, and the ids of OpenTelemetry's LoggingInstrumentor."""

from __future__ import annotations

import logging

import through_logging
from contender import CALL, FORMAT, Prepared, Sink, Traits
from pythonjsonlogger.json import JsonFormatter
from workloads import Workload

LABEL = "python-json-logger, json"
TRAITS = Traits(
    stages=(FORMAT, CALL),
    packages=("python-json-logger", *through_logging.INSTRUMENTATION),
    ids=through_logging.INSTRUMENTED_IDS,
)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    through_logging.instrument()
    handler = logging.StreamHandler(sink.text())
    handler.setFormatter(JsonFormatter(["levelname", "name", "message"], timestamp=True))
    return through_logging.prepared(stage, handler, workload)
