"""Chapter I: which ids a line has."""

import pytest
from tests.core import cases
from tests.core.hostile import OfBadClass
from tests.core.line import checked, line_of, record

from tracefmt import Formatter, SpanContext


@pytest.mark.parametrize("case", cases.load("span"))
def test_case(case):
    """A case of chapter I."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


@pytest.mark.clause("I5")
def test_the_source_is_asked_for_each_record():
    """The ids are those that the source gives for this record."""
    spans = iter([SpanContext(1, 1, 1), None, SpanContext(2, 2, 0)])
    formatter = Formatter(span_source=lambda: next(spans))
    found = [checked(formatter.format(record())) for _ in range(3)]

    assert [(line.get("trace_id"), line.get("trace_flags")) for line in found] == [
        (f"{1:032x}", "01"),
        (None, None),
        (f"{2:032x}", "00"),
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.clause("E1")
def test_what_is_no_exception_passes(error):
    """An interrupt from a source passes through."""

    def source():
        raise error

    with pytest.raises(error):
        Formatter(span_source=source).format(record())


def test_source_that_returns_a_class_that_refuses():
    """A source may return an object that cannot even be asked for its class's name."""
    line = line_of(record(), span_source=lambda: OfBadClass())

    assert "trace_id" not in checked(line.encode())


def test_source_that_logs():
    """A source may log through the same formatter."""
    inner = []

    def source():
        if not inner:
            inner.append(None)
            inner[0] = formatter.format(record("inner"))
        return SpanContext(1, 2, 3)

    formatter = Formatter(span_source=source)
    outer = formatter.format(record("outer"))

    assert checked(inner[0])["message"] == "inner"
    assert checked(outer)["message"] == "outer"
    assert checked(outer)["trace_flags"] == "03"
