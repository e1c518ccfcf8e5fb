"""`tracefmt.testing`, for other test runners."""

import logging

import pytest

from tracefmt import ConfigurationError, testing


def test_span_is_active_without_an_sdk():
    """The test span's ids are on every line of its block, on both cores."""
    with testing.TracedLogs() as logs, testing.span("0" * 31 + "a", sampled=False) as span:
        logging.info("within")

    assert logs.lines[0].fields["trace_id"] == f"{10:032x}"
    assert logs.lines[0].fields["span_id"] == f"{span.span_id:016x}"
    assert logs.lines[0].fields["trace_flags"] == "00"


def test_random_spans_differ():
    """Without an id, each span is of another trace."""
    with testing.span() as first, testing.span() as second:
        assert first.is_valid
        assert first.trace_id != second.trace_id


@pytest.mark.parametrize("trace_id", ["", "xyz", 0, -1, 1 << 128, "0" * 32])
def test_an_id_that_is_none_is_refused(trace_id):
    """What is no trace id is said, with what to write instead."""
    with pytest.raises(ConfigurationError, match="32 hex digits"), testing.span(trace_id):
        pass


@pytest.mark.parametrize("level", ["LOUD", None, 1.5])
def test_a_level_that_is_none_is_refused(level):
    """What is no level is said."""
    with pytest.raises(ConfigurationError, match="level="):
        testing.TracedLogs(level)


def test_recorders_within_each_other():
    """Two that are open at the same time record the same lines, and both leave no trace."""
    before = logging.Logger.callHandlers
    with testing.TracedLogs() as outer, testing.TracedLogs() as inner:
        logging.warning("both")
    logging.warning("none")

    assert [len(outer.lines), len(inner.lines)] == [1, 1]
    assert logging.Logger.callHandlers is before
