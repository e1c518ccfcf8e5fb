"""tracefmt's formatter and handler under logging's own logger, on the Rust core."""

from __future__ import annotations

import through_tracefmt
from contender import CALL, FORMAT, Prepared, Sink, Traits
from workloads import Workload

LABEL = "tracefmt.StreamHandler"
TRAITS = Traits(stages=(FORMAT, CALL))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    return through_tracefmt.prepared(stage, sink, workload, core="rust")
