"""The floor: what logging costs before anybody formats or writes."""

from __future__ import annotations

import logging

import through_logging
from contender import Prepared, Sink, Traits
from workloads import Workload

LABEL = "logging + NullHandler"
TRAITS = Traits(writes=False, ids=None)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del sink
    return through_logging.prepared(stage, logging.NullHandler(), workload)
