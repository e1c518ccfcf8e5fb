"""All that `tracefmt bench` measures, in turns."""

from __future__ import annotations

import contextvars
import platform
from collections.abc import Callable
from typing import Any, NamedTuple

from opentelemetry import trace

import tracefmt
from tracefmt.cli.bench import contenders
from tracefmt.cli.bench.loops import Loop
from tracefmt.cli.bench.timing import least
from tracefmt.cli.bench.workloads import SPAN_ID, TRACE_ID, WORKLOADS

SHOWN = {
    contenders.FORMAT: ("W1", "W2", "W3", "W5"),
    contenders.CALL: ("W1", "W2", "W3", "W5", "W7"),
}
WITHOUT_SPAN = "W6"


class Row(NamedTuple):
    """
    A contender and what it costs.

    Attributes:
        name: what it is called.
        stage: ``"format"`` or ``"call"``.
        core: tracefmt's core, or None for logging's own.
        microseconds: the least CPU time for one line, by workload.
        ids: of that, what the trace ids cost: W3 in a span minus W3 without; None where it
            writes none.
    """

    name: str
    stage: str
    core: str | None
    microseconds: dict[str, float]
    ids: float | None


class Report(NamedTuple):
    """
    The result.

    Attributes:
        python: the interpreter's name and version.
        version: tracefmt's.
        core: the core that is in force.
        rows: the contenders, in the order of the table.
    """

    python: str
    version: str
    core: str
    rows: list[Row]

    def as_data(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        workloads = {one.name: one.title for one in WORKLOADS.values()}
        rows = [row._asdict() for row in self.rows]
        return {**self._asdict(), "workloads": workloads, "rows": rows}


def measure(
    *, rounds: int, seconds: float, after_round: Callable[[], object] = lambda: None
) -> Report:
    """
    Measure everything.

    Raises:
        BenchError: a line is not there or without its ids, so its cost would say nothing.
    """
    found = contenders.contenders()
    inside, outside = _contexts()
    loops: dict[tuple[int, str], Loop] = {}
    with contenders.null_stream() as stream:
        for number, contender in enumerate(found):
            inside.run(contenders.check, contender)
            for name in (*SHOWN[contender.stage], WITHOUT_SPAN):
                context = inside if WORKLOADS[name].in_span else outside
                loop = context.run(contender.make, WORKLOADS[name], stream)
                loops[number, name] = _within(context, loop)
        costs = least(loops, rounds=rounds, seconds=seconds, after_round=after_round)
    rows = [
        _row(contender, {name: cost * 1e6 for (of, name), cost in costs.items() if of == number})
        for number, contender in enumerate(found)
    ]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Report(python, tracefmt.__version__, tracefmt.core, rows)


def _contexts() -> tuple[contextvars.Context, contextvars.Context]:
    """Return a context inside a sampled span, and one outside any."""
    ids = trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(trace.TraceFlags.SAMPLED))
    with trace.use_span(trace.NonRecordingSpan(ids)):
        inside = contextvars.copy_context()
    with trace.use_span(trace.INVALID_SPAN):
        return inside, contextvars.copy_context()


def _within(context: contextvars.Context, loop: Loop) -> Loop:
    return lambda count: context.run(loop, count)


def _row(contender: contenders.Contender, costs: dict[str, float]) -> Row:
    ids = costs["W3"] - costs[WITHOUT_SPAN] if contender.json else None
    shown = {name: round(cost, 3) for name, cost in costs.items() if name != WITHOUT_SPAN}
    return Row(
        contender.name,
        contender.stage,
        contender.core,
        shown,
        None if ids is None else round(ids, 3),
    )
