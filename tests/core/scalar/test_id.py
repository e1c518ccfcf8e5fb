"""Chapter I: ids as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import id_text


@pytest.mark.parametrize("case", cases.load("id"))
def test_case(case):
    """A case of I1 to I3, I9, I10 and I12."""
    name, form = next(iter(case["input"])), case["input"].get("form", "hex")

    assert id_text(name, cases.scalar(case["input"]), form) == case["output"]


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 255))
def test_all_digits_are_there(trace_id, span_id, flags):
    """Every id has its full width."""
    assert id_text("trace_id", trace_id) == f'"{trace_id:032x}"'
    assert id_text("span_id", span_id) == f'"{span_id:016x}"'
    assert id_text("trace_flags", flags) == f'"{flags:02x}"'


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.integers(0, 255))
def test_forms_of_backends(trace_id, span_id, flags):
    """Decimal ids are those of the integers, and no digit gets lost in X-Ray's form."""
    assert id_text("span_id", span_id, "decimal") == f'"{span_id}"'
    assert id_text("trace_id", span_id, "datadog") == f'"{span_id}"'
    assert id_text("trace_id", trace_id, "xray").replace("-", "")[2:-1] == f"{trace_id:032x}"
    assert id_text("trace_flags", flags, "number") == str(flags)
    assert id_text("trace_flags", flags, "sampled") == ("true" if flags % 2 else "false")
