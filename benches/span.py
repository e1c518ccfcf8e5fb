"""The span that is active while lines are written: one of OpenTelemetry's SDK, with fixed ids."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from workloads import SPAN_ID, TRACE_ID, Workload


class FixedIds(IdGenerator):
    """Gives each span the ids that the lines are checked for."""

    def generate_span_id(self) -> int:
        return SPAN_ID

    def generate_trace_id(self) -> int:
        return TRACE_ID


@contextlib.contextmanager
def entered(workload: Workload) -> Iterator[None]:
    """Be in a sampled span, or in none, as the workload says."""
    provider = TracerProvider(id_generator=FixedIds(), shutdown_on_exit=False)
    trace.set_tracer_provider(provider)
    if not workload.in_span:
        yield
        return
    with provider.get_tracer("benches").start_as_current_span("pay"):
        yield


def ids() -> dict[str, str]:
    """Return the active span's ids, as one writes it by hand; for peers that need it so."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {
        "trace_id": format(context.trace_id, "032x"),
        "span_id": format(context.span_id, "016x"),
        "trace_flags": format(context.trace_flags, "02x"),
    }
