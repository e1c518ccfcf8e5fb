"""A pool that is forked inside of a request, and what its workers write for the next ones."""

import concurrent.futures
import json
import multiprocessing

import pytest
from tests.core.line import record

import tracefmt
from tracefmt import correlation, propagation

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def work(message):
    """Log from a worker, and return the line with the worker's counts."""
    line = json.loads(tracefmt.Formatter().format(record(msg=message)))
    return (
        *(line.get(key) for key in ("trace_id", "trace_stale", "request_id")),
        *(correlation.stats().correlated, correlation.stats().stale),
    )


def served(pool_class, **options):
    """Serve three requests with one worker, which is started in the first."""
    found = []
    with pool_class(1, multiprocessing.get_context("fork"), **options) as pool:
        for number in (1, 2, 3):
            span = tracefmt.SpanContext(number, number)
            with tracefmt.use(span), tracefmt.bind(request_id=f"r-{number}", secret="s"):
                found.append(pool.submit(work, f"request {number}").result())
    return found


def trace_id(number):
    return f"{number:032x}"


def test_without_propagation():
    """The workers know the first request alone: its id is marked, and counted as stale."""
    found = served(concurrent.futures.ProcessPoolExecutor)

    assert found == [(trace_id(1), "fork", "r-1", 0, count) for count in (1, 2, 3)]


def test_with_our_pool():
    """Each line has the id of its own request, and the bound fields that were named."""
    found = served(propagation.ProcessPoolExecutor, fields=["request_id"])

    assert found == [(trace_id(n), None, f"r-{n}", n, 0) for n in (1, 2, 3)]


def test_with_install():
    """One line at the start of the process does the same for the standard library's pool."""
    propagation.install(fields=["request_id"])
    try:
        found = served(concurrent.futures.ProcessPoolExecutor)
    finally:
        propagation.uninstall()

    assert found == [(trace_id(n), None, f"r-{n}", n, 0) for n in (1, 2, 3)]


def test_fields_that_were_not_named():
    """What a worker inherited through fork is taken away, fields as well."""
    found = served(propagation.ProcessPoolExecutor)

    assert [request_id for _, _, request_id, *_ in found] == [None] * 3


def test_a_spawned_worker(core):
    """Where nothing is inherited, bound fields arrive in the same way."""
    with (
        propagation.ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), fields=["request_id"]
        ) as pool,
        tracefmt.bind(request_id="r-1", secret="s"),
        tracefmt.use(tracefmt.SpanContext(1, 1)),
    ):
        found = pool.submit(work, "x").result()

    assert found == (trace_id(1), None, "r-1", 1, 0)


def test_threads_have_all_of_them():
    """Between threads the whole context goes along, bound fields with it."""
    with (
        propagation.ThreadPoolExecutor(1) as pool,
        tracefmt.bind(request_id="r-1"),
        tracefmt.use(tracefmt.SpanContext(1, 1)),
    ):
        found = pool.submit(work, "x").result()

    assert found[:3] == (trace_id(1), None, "r-1")
