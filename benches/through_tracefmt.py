"""What tracefmt's own contenders have in common: they differ in core, buffer and logger."""

from __future__ import annotations

import through_logging
from contender import Prepared, Sink
from workloads import LOGGER, Workload

import tracefmt
from tracefmt import _core
from tracefmt.cli.bench.loops import keyword_loop, logging_loop

BUFFER = 64 * 1024  # bytes


def prepared(
    stage: str,
    sink: Sink,
    workload: Workload,
    *,
    core: str = "rust",
    buffer_size: int = 0,
    native: bool = False,
    keywords: bool = False,
) -> Prepared:
    """Return the contender on this core; `native` takes `Logger`, `keywords` its fields."""
    _core.core = _core.load(core)
    formatter = tracefmt.Formatter()
    handler = tracefmt.StreamHandler(sink.text(), formatter=formatter, buffer_size=buffer_size)
    log = tracefmt.get_logger(LOGGER) if native else None
    loop = keyword_loop if keywords else logging_loop
    return through_logging.prepared(
        stage, handler, workload, log=log, write=formatter.format_bytes, loop=loop
    )
