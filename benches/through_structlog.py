"""What tracefmt's contenders under structlog have in common: they differ in who writes."""

from __future__ import annotations

import logging
from typing import Any

import structlog
from workloads import LOGGER, Workload

from tracefmt import _core
from tracefmt.cli.bench.loops import keyword_loop
from tracefmt.structlog import Renderer


def loop(logger_factory: Any, workload: Workload) -> Any:
    """Set structlog up with a `Renderer` alone, and return the loop over its logger."""
    _core.core = _core.load("rust")
    level = logging.INFO if workload.enabled else logging.WARNING
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[Renderer(merge_contextvars=True)],
        logger_factory=logger_factory,
    )
    return keyword_loop(structlog.get_logger(LOGGER), workload)
