"""tracefmt's logger, attributes as keyword fields of the call."""

from __future__ import annotations

import through_tracefmt
from contender import CALL, Prepared, Sink, Traits
from workloads import Workload

from tracefmt import get_logger  # noqa: F401  # without it this contender is absent

LABEL = "tracefmt.Logger, keyword fields"
TRAITS = Traits(stages=(CALL,))


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    return through_tracefmt.prepared(stage, sink, workload, native=True, keywords=True)
