"""What crosses to another process, and what does not."""

import multiprocessing
import pickle
from contextvars import ContextVar

import pytest
from opentelemetry import baggage, context, trace
from tests.propagation.spans import seen, span

from tracefmt import propagation

pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
BOUND = ContextVar("bound")
BOUND.set({})


def replace(fields):
    """Bind these fields and no others."""
    token = BOUND.set(fields)
    return lambda: BOUND.reset(token)


@pytest.fixture(autouse=True)
def _bound():
    propagation.register_fields(BOUND.get, replace)
    token = BOUND.set({"request_id": "r-1", "who": object(), "not asked": 1})
    yield
    BOUND.reset(token)
    propagation.unregister_fields(BOUND.get)


def all_seen():
    """Return everything that came along."""
    found = trace.get_current_span().get_span_context()
    state = found.trace_state.to_header()
    return (found.trace_id, found.is_remote, state, dict(baggage.get_all()), sorted(BOUND.get()))


def remote():
    """Return a context with a trace state and baggage."""
    state = trace.TraceState([("vendor", "x")])
    found = trace.SpanContext(9, 9, False, trace.TraceFlags(3), state)
    return baggage.set_baggage(
        "tenant", "t 1", trace.set_span_in_context(trace.NonRecordingSpan(found))
    )


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_trace_state_baggage_and_chosen_fields_go_along(method):
    """The headers of W3C Trace Context and Baggage arrive, and the fields that were named."""
    token = context.attach(remote())
    try:
        pools = multiprocessing.get_context(method)
        with propagation.ProcessPoolExecutor(1, pools, fields=["request_id", "missing"]) as pool:
            found = pool.submit(all_seen).result()
    finally:
        context.detach(token)

    # a process that was spawned has no place for fields, since nobody named one there
    fields = ["request_id"] if method == "fork" else []
    assert found == (9, True, "vendor=x", {"tenant": "t 1"}, fields)


def initialized(number):
    """Be an initializer that says what it sees."""
    INITIAL.append((number, seen()))


INITIAL = []


def initial():
    return INITIAL


def test_an_initializer_of_ones_own_runs_without_the_inherited_span():
    """It is called with its arguments, where the span that fork left is gone already."""
    pools = multiprocessing.get_context("fork")
    options = {"initializer": initialized, "initargs": (7,)}
    with span(3), propagation.ProcessPoolExecutor(1, pools, **options) as pool:
        assert pool.submit(initial).result() == [(7, 0)]


def test_a_carrier_can_be_pickled():
    """A carrier is the same after it was pickled, also where a field could not be."""
    with span(5):
        carrier = propagation.Carrier.capture(["who", "request_id"])

    assert pickle.loads(pickle.dumps(carrier)) == carrier
    assert carrier.fields["request_id"] == "r-1"
    assert carrier.fields["who"].startswith("<object object at")
    assert repr(carrier).startswith("Carrier({'traceparent': '00-0000")


def test_a_carrier_replaces_all_that_was_there():
    """Within a carrier's block nothing is left of the span, baggage and fields around it."""
    token = context.attach(remote())
    try:
        with propagation.Carrier().active():
            assert all_seen() == (0, False, "", {}, [])
        assert all_seen()[0] == 9
    finally:
        context.detach(token)
    assert sorted(BOUND.get()) == ["not asked", "request_id", "who"]


def test_a_wrapped_function_can_be_sent_on():
    """What `wrap_for_process` returns can be pickled, and has the context of its making."""
    with span(6):
        wrapped = propagation.wrap_for_process(seen)
    sent = pickle.loads(pickle.dumps(wrapped))

    assert (sent(), seen()) == (6, 0)


def test_what_a_task_attaches_ends_with_it():
    """A task of a process pool that leaves a span attached leaves it to nobody."""
    from tests.propagation.spans import leave_attached

    with propagation.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert [pool.submit(leave_attached).result(), pool.submit(seen).result()] == [444, 0]


def test_map_takes_the_span_of_the_call():
    """`map` carries what was current when it was called."""
    with propagation.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        with span(4):
            results = pool.map(seen, range(3))
        assert list(results) == [4, 4, 4]
