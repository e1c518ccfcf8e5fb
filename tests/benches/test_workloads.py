"""The workloads, and the same data for contenders in other languages."""

from __future__ import annotations

import json

import pytest
from workloads import WORKLOADS, as_json

pytestmark = pytest.mark.once


def test_workloads_are_seven():
    """There are W1 to W7, each with a message that its arguments fit."""
    assert list(WORKLOADS) == ["W1", "W2", "W3", "W4", "W5", "W6", "W7"]
    assert all("%" not in workload.text for workload in WORKLOADS.values())


def test_w6_and_w7_are_w3_but_for_one_thing():
    """W6 is W3 without a span, W7 is W3 disabled; the differences are what is measured."""
    w3, w6, w7 = (WORKLOADS[name] for name in ("W3", "W6", "W7"))

    assert w3.message == w6.message == w7.message
    assert w3.fields == w6.fields == w7.fields
    assert (w3.in_span, w3.enabled) == (True, True)
    assert (w6.in_span, w6.enabled) == (False, True)
    assert (w7.in_span, w7.enabled) == (True, False)


def test_other_languages_get_the_same_data():
    """As JSON a workload has its message, its fields and its ids; times are RFC 3339 text."""
    w4 = json.loads(as_json(WORKLOADS["W4"]))

    assert list(w4["fields"]) == list(WORKLOADS["W4"].fields)
    assert w4["fields"]["user1"]["created_at"] == "1980-01-01T12:00:00Z"
    assert w4["fields"]["error"] == "fail"
    assert w4["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_no_span_is_no_ids():
    """Without a span there are no ids to write."""
    w6 = json.loads(as_json(WORKLOADS["W6"]))

    assert (w6["trace_id"], w6["span_id"]) == (None, None)
