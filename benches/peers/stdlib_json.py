"""The formatter that one writes by hand, with the standard library's json."""

from __future__ import annotations

import datetime
import json
import logging

import span
import through_logging
from contender import CALL, FORMAT, Prepared, Sink, Traits
from workloads import Workload

LABEL = "logging + json by hand"
TRAITS = Traits(stages=(FORMAT, CALL))

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        created = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        line = {
            "timestamp": created.isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **span.ids(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    handler = logging.StreamHandler(sink.text())
    handler.setFormatter(JsonFormatter())
    return through_logging.prepared(stage, handler, workload)
