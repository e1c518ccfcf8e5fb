"""structlog as its own page on performance sets it up, with a processor for the ids."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import orjson
import span
import structlog
from contender import Prepared, Sink, Traits
from workloads import Workload

from tracefmt.cli.bench.loops import keyword_loop

LABEL = "structlog + orjson"
TRAITS = Traits(packages=("structlog", "orjson", "opentelemetry-sdk"), message="event")


def add_ids(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.update(span.ids())
    return event


def processors() -> list[Any]:
    """Return the chain, each processor with one task."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        add_ids,
        structlog.processors.format_exc_info,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(serializer=orjson.dumps),
    ]


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage
    level = logging.INFO if workload.enabled else logging.WARNING
    out = sink.binary()
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=processors(),
        logger_factory=structlog.BytesLoggerFactory(out),
    )
    return Prepared(keyword_loop(structlog.get_logger(), workload), out.flush)
