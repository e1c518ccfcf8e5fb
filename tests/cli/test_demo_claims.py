"""The demo does not believe itself: each claim is checked, and a broken one is named."""

from __future__ import annotations

import json

import pytest

from tracefmt.cli.demo import claims, files
from tracefmt.cli.demo.failure import DemoError

pytestmark = pytest.mark.once

RECORDS = {"gateway": 2, "checkout": 3, "payments": 2}
STATUSES = {200: 1, 502: 1}
PLACED, FAILED = (
    {"trace_id": digit * 32, "span_id": digit * 16, "trace_flags": "03", "order_id": digit}
    for digit in "ab"
)


def log():
    """Return what the services would log about an order that was placed and one that failed."""
    lines = [
        {"service": service, "logger": f"{service}.log", "level": "info", **order}
        for service in RECORDS
        for order in (PLACED, FAILED)
    ]
    lines[3].update({"level": "error", "http.response.status_code": 504})
    lines[5].update({"level": "error", "exception.type": "BankTimeoutError"})
    receipt = {"service": "checkout", "logger": "checkout.receipts", "level": "info"}
    return [*lines, {**receipt, "order_id": "a"}]


def check(lines):
    claims.check([files.Line(json.dumps(line), line) for line in lines], RECORDS, STATUSES)


def test_a_true_log_passes():
    """Lines that hold what they must are accepted."""
    check(log())


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (0, {"trace_id": "0" * 32}, "ids that are not whole"),
        (0, {"trace_id": "A" * 32}, "ids that are not whole"),
        (0, {"span_id": "0"}, "ids that are not whole"),
        (0, {"trace_id": "b" * 32}, "the lines of a are in 2 traces"),
        (0, {"order_id": "b"}, "the lines of b are in 2 traces"),
        (0, {"service": "payments"}, "gateway logged 2 records and wrote 1 lines"),
        (3, {"level": "info"}, "1 orders failed, and checkout wrote 0 lines"),
        (5, {"exception.type": None}, "1 orders failed, and payments wrote 0 lines"),
        (6, {"logger": "checkout.cart"}, "found: checkout.cart 1"),
        (6, {**PLACED}, "found: none"),
    ],
)
def test_a_changed_line_is_found(number, change, message):
    """One line that says something else breaks a claim."""
    lines = log()
    lines[number].update(change)

    with pytest.raises(DemoError, match=message):
        check(lines)


def test_another_request_s_ids_are_found():
    """Two orders whose lines share one trace are found."""
    lines = [{**line, "trace_id": "a" * 32} if "trace_id" in line else line for line in log()]

    with pytest.raises(DemoError, match="2 were logged, in 1 traces"):
        check(lines)


@pytest.mark.parametrize("number", range(7))
def test_a_lost_line_is_found(number):
    """A record without its line is found."""
    lines = log()
    del lines[number]

    with pytest.raises(DemoError, match="records and wrote"):
        check(lines)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a":1}\n{"b":2}', "ends in the middle of a line"),
        (b'{"a":1}\n\n', "line 2 is not JSON"),
        (b'{"a":NaN}\n', "line 1 is not JSON: NaN"),
        (b'{"a":"\xff"}\n', "line 1 is not JSON"),
        (b"[1]\n", "line 1 is not a JSON object"),
    ],
)
def test_a_line_that_is_not_json_is_found(tmp_path, content, message):
    """Anything but one JSON object a line is found, with its place."""
    path = tmp_path / "gateway.jsonl"
    path.write_bytes(content)

    with pytest.raises(DemoError, match=message):
        files.read([path])


def test_a_true_log_of_the_mended_services_passes():
    """Where the receipt has its trace as well, all claims hold."""
    lines = log()
    lines[6].update(PLACED)
    claims.check_mended([files.Line("", line) for line in lines], RECORDS, STATUSES)


def test_a_line_that_is_still_without_its_trace():
    """A receipt without a trace is named, where the services are mended."""
    with pytest.raises(DemoError, match="1 lines of the mended services have no trace id"):
        claims.check_mended([files.Line("", line) for line in log()], RECORDS, STATUSES)


@pytest.mark.parametrize("place", [None, {"logger": "checkout.cart"}])
def test_a_place_that_is_not_where_the_trace_was_lost(place):
    """What checkout counted must be its receipts."""
    with pytest.raises(DemoError, match="should have counted its receipts"):
        claims.lost(place)
