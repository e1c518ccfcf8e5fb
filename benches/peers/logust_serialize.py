"""logust (loguru's interface, a Rust core), ``serialize=True``; attributes and ids by ``bind``."""

from __future__ import annotations

from types import SimpleNamespace

import span
from contender import Prepared, Sink, Traits
from logust import LogLevel, logger
from workloads import Workload

from tracefmt.cli.bench.loops import Loop, compiled_loop, exception_loop, said

LABEL = "logust, serialize"
TRAITS = Traits(
    packages=("logust", "opentelemetry-sdk"),
    fields="extra",
    ids=("extra/trace_id", "extra/span_id"),
    leaves_out={"W2": "its messages take no arguments"},
)


def bound_exception(message: str) -> None:
    logger.bind(**span.ids()).exception(message)


def loop_for(workload: Workload) -> Loop:
    if workload.exception:
        return exception_loop(SimpleNamespace(exception=bound_exception), workload)
    fields = "".join(f"{name}={name}, " for name in workload.fields)
    call = f"logger.bind({fields}**ids()).info({said(workload, braces=True)})"
    return compiled_loop(call, workload, logger=logger, ids=span.ids)


def setup(stage: str, sink: Sink, workload: Workload) -> Prepared:
    del stage
    logger.remove()
    level = LogLevel.Info if workload.enabled else LogLevel.Warning
    logger.add(sink.path, serialize=True, level=level)
    return Prepared(loop_for(workload), logger.complete)
