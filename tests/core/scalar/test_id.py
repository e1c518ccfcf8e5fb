"""Chapter I: ids as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import id_text


@pytest.mark.parametrize("case", cases.load("id"))
def test_case(case):
    """A case of I1 to I3."""
    ((name, _),) = case["input"].items()

    assert id_text(name, cases.scalar(case["input"])) == case["output"]


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 255))
def test_all_digits_are_there(trace_id, span_id, flags):
    """Every id has its full width."""
    assert id_text("trace_id", trace_id) == f'"{trace_id:032x}"'
    assert id_text("span_id", span_id) == f'"{span_id:016x}"'
    assert id_text("trace_flags", flags) == f'"{flags:02x}"'
