"""logxide, which has no JSON of its own, with python-json-logger's formatter."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("LOGXIDE_QUIET", "1")

import logxide
from contender import Prepared, Sink, Traits
from workloads import LOGGER, Workload

from tracefmt.cli.bench.loops import logging_loop

LABEL = "logxide + python-json-logger"
TRAITS = Traits(packages=("logxide", "python-json-logger"), ids=None)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    # here, since logxide takes the place of `logging`, and the formatter has to find it there
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415

    del stage
    logging: Any = logxide.logging
    handler = logging.FileHandler(sink.path)
    handler.setFormatter(JsonFormatter(["levelname", "name", "message"], timestamp=True))
    log = logging.getLogger(LOGGER)
    log.addHandler(handler)
    log.setLevel(logging.INFO if workload.enabled else logging.WARNING)
    return Prepared(logging_loop(log, workload), logging.flush)
