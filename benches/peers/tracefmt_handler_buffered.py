"""tracefmt's handler with a buffer, under logging's own logger, on the Rust core."""

from __future__ import annotations

import through_tracefmt
from contender import CALL, Prepared, Sink, Traits
from workloads import Workload

LABEL = "tracefmt.StreamHandler, buffered"
TRAITS = Traits(stages=(CALL,))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    return through_tracefmt.prepared(stage, sink, workload, buffer_size=through_tracefmt.BUFFER)
