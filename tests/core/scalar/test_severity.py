"""Chapter B: levels as backends number and name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import severity_text


@pytest.mark.parametrize("case", cases.load("severity"))
def test_case(case):
    """A case of B2 and B3."""
    number, form = cases.scalar(case["input"]), case["input"]["form"]

    assert severity_text(number, form) == case["output"]


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_order_is_kept(first, second):
    """A higher level never has a lower number."""
    low, high = sorted((first, second))

    assert int(severity_text(low, "severity_number")) <= int(severity_text(high, "severity_number"))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400, -(10**400)])
def test_wide_levels(number):
    """A level that is wider than 64 bits counts as the highest or lowest."""
    assert severity_text(number, "severity_number") == ("24" if number > 0 else "0")
    assert severity_text(number, "log_severity") == ('"EMERGENCY"' if number > 0 else '"DEFAULT"')
