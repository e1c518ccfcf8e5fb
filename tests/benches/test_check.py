"""What the runner says of a contender's output before it times it."""

from __future__ import annotations

import datetime
import json

import pytest
from check import fault, same
from contender import Traits
from workloads import SPAN_ID, TRACE_ID, WORKLOADS

pytestmark = pytest.mark.once

IDS = {"trace_id": f"{TRACE_ID:032x}", "span_id": f"{SPAN_ID:016x}"}


def line(**changes):
    """Return a right line of W3 with changes; None takes a key away."""
    right = {"message": "request finished", **IDS, **WORKLOADS["W3"].fields, **changes}
    return json.dumps({key: value for key, value in right.items() if value is not None}) + "\n"


def fault_of(text, lines=1, workload="W3", **traits):
    return fault(text.encode(), lines, Traits(**traits), WORKLOADS[workload])


def test_right_lines_have_no_fault():
    """As many right lines as calls are what is wanted."""
    assert fault_of(line() * 3, lines=3) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 lines for 1 calls"),
        (line() * 2, "2 lines for 1 calls"),
        (line().rstrip(), "the last line has no end"),
        ("request finished\n", "not JSON"),
        (line(cached=float("nan")), "not JSON"),
        (line(message="request"), "the message is 'request'"),
        (line(message=None), "without 'message'"),
        (line(tags=None), "without 'tags'"),
        (line(attempt="3"), "attempt is '3', not 3"),
        (line(cached=0), "cached is 0, not False"),
        (line(trace_id="0" * 32), "the ids are ("),
        (line(span_id=None), "without 'span_id'"),
    ],
)
def test_faults_are_named(text, said):
    """What is missing or wrong is said, and the line is shown."""
    assert fault_of(text).startswith(said)


def test_ids_are_not_asked_of_those_who_claim_none():
    """A contender that says it writes no ids is not refused for that."""
    assert fault_of(line(trace_id=None, span_id=None), ids=None) is None


def test_disabled_calls_write_nothing():
    """W7 must leave the sink empty."""
    assert fault_of("", lines=5, workload="W7") is None
    assert fault_of(line(), workload="W7") == "1 lines for 0 calls"


def test_floor_writes_nothing():
    """The contender with the NullHandler is right if nothing arrives."""
    assert fault_of("", lines=5, writes=False) is None


def test_w5_needs_the_stacktrace():
    """The line of an exception names its type, its text and its frames."""
    bare = json.dumps({"message": "payment failed", **IDS}) + "\n"

    assert fault_of(bare, workload="W5").startswith("no 'PaymentError' in the stacktrace")


@pytest.mark.parametrize("text", ["1980-01-01T12:00:00Z", "1980-01-01 12:00:00+00:00"])
def test_times_may_have_any_form(text):
    """A time is right in any ISO form; which one is the contender's affair."""
    noon = datetime.datetime(1980, 1, 1, 12, tzinfo=datetime.timezone.utc)

    assert same(text, noon)
    assert not same("1980-01-02T12:00:00Z", noon)
