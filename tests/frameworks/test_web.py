"""Each web framework on a real server: every line of fifty requests has its request's trace."""

import collections

import pytest
from tests.frameworks.configurations import WEB
from tests.frameworks.served import PARENT, PATHS, path_of, trace_id

CONFIGURATIONS = WEB

pytestmark = pytest.mark.once  # the core is that of the server's process


def of_kind(served, kind):
    """The orders whose request was of one kind, by its place in PATHS."""
    return [order for order in served.responses if order % 3 == kind]


def access_lines(served):
    return [line for line in served.lines() if line["logger"] == "tracefmt.access"]


def test_requests_are_answered(served):
    """The middleware leaves what the application answers as it was."""
    for order, response in served.responses.items():
        expected = (200, 200, 500)[order % 3]
        assert response.status == expected, order
        if order % 3 == 1:
            assert response.body == b"page 1\npage 2\n"


def test_every_line_is_valid(served):
    """What the process writes, from its start to its end, is one JSON object for each line."""
    assert len(served.lines()) > len(served.responses)


def test_application_lines_carry_their_requests_trace(served):
    """Each line about an order has the trace of the request for it, in threads and streams too."""
    lines = [line for line in served.lines() if "order_id" in line]

    assert {line["order_id"] for line in lines} == set(served.responses)
    assert {(line["order_id"], line.get("trace_id")) for line in lines} == {
        (order, trace_id(order)) for order in served.responses
    }
    assert len(lines) == 2 * len(served.responses)


def test_every_request_has_one_access_line(served):
    """Each request has one line about its end, with its trace and what happened."""
    found = {line["url.path"]: line for line in access_lines(served)}

    assert len(access_lines(served)) == len(served.responses)
    for order, response in served.responses.items():
        line = found[path_of(order)]
        assert line["trace_id"] == trace_id(order)
        assert line["http.request.method"] == "GET"
        assert line["http.response.status_code"] == response.status
        assert line["http.response.body.size"] == len(response.body)
        assert line["http.route"] == served.configuration.routes[order % 3]
        assert line["http.server.request.duration"] >= 0
        assert line["user_agent.original"] == f"test/{order}"
        assert line["client.address"] == "127.0.0.1"
        assert line["level"] == ("error" if response.status == 500 else "info")


def test_no_other_line_is_about_a_request(served):
    """The server's own access log is silent."""
    others = [
        line for line in served.lines() if line["logger"] not in ("tracefmt.access", "orders")
    ]

    assert [
        line for line in others if "/orders/" in line["message"] and line["level"] != "error"
    ] == []


def test_lines_about_errors_carry_their_requests_trace(served):
    """A line with an exception has the trace of a request that failed."""
    failed = {trace_id(order) for order in of_kind(served, 2)}
    known = served.configuration.no_ids
    lines = [line for line in served.lines() if line["level"] == "error"]
    lines = [line for line in lines if line["logger"] not in known]

    assert {line.get("trace_id") for line in lines} == failed


def test_no_line_has_a_trace_of_another(served):
    """Lines with a trace belong to the one request of that trace, and have its span."""
    order_of = {trace_id(order): order for order in served.responses}
    for line in served.lines():
        if "trace_id" in line:
            order = order_of[line["trace_id"]]
            assert line.get("order_id", order) == order
            assert line.get("url.path", path_of(order)) == path_of(order)


def test_spans_are_those_of_the_request(served):
    """The spans are the instrumentation's, each of one request; without one it is the caller's."""
    spans = {}
    for line in served.lines():
        if "trace_id" in line:
            spans.setdefault(line["trace_id"], set()).add(line["span_id"])
    counts = collections.Counter(span for found in spans.values() for span in found)

    assert {trace_id(order) for order in served.responses} == set(spans)
    if served.configuration.spans is None:
        assert set(counts) == {PARENT}
    else:
        assert PARENT not in counts
        assert set(counts.values()) == {1}


def test_paths_are_of_each_kind(served):
    """There were requests of each kind, so that the tests above mean something."""
    assert all(of_kind(served, kind) for kind in range(len(PATHS)))
