"""Chapter N: numbers."""

import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import value_text


@pytest.mark.parametrize("case", cases.load("number"))
def test_case(case):
    """A case of chapter N."""
    assert value_text(cases.scalar(case["input"])) == case["output"]


@pytest.mark.parametrize("digits", range(1, 25))
def test_integers_around_powers_of_ten(digits):
    """Nothing slips where the number of digits changes."""
    numbers = [sign * (10**digits + step) for step in (-2, -1, 0, 1, 2) for sign in (1, -1)]

    assert value_text(numbers) == str(numbers).replace(" ", "")


@given(st.floats())
def test_doubles_are_reprs(number):
    """A finite double is Python's `repr`, and reads back as the same."""
    text = value_text(number)

    if math.isfinite(number):
        assert text == repr(number)
        assert json.loads(text) == number
    else:
        assert text in ('"NaN"', '"Infinity"', '"-Infinity"')


@pytest.mark.parametrize("digits", ["1", "-1.5", "9.999999999999999", "1.2345678"])
def test_doubles_of_every_magnitude(digits):
    """Shortest digits and the form of the exponent agree with `repr` at every magnitude."""
    numbers = [float(f"{digits}e{exponent}") for exponent in range(-324, 308)]

    assert value_text(numbers) == str(numbers).replace(" ", "")


@pytest.mark.clause("N2")
def test_wide_integers_are_written_in_linear_time():
    """An integer of a million bits is written; decimal digits would take minutes of CPU time."""
    assert value_text(1 << 40_000_000) == f'"0x1{"0" * 10_000_000}"'


@pytest.mark.clause("N2")
@pytest.mark.parametrize("limit", [640, 0])
def test_digit_limit_of_the_process(limit):
    """A lower limit of the process counts; a higher one does not, since both cores must agree."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        found = value_text([10**639, 1 << 2400, 1 << 16000])
    finally:
        sys.set_int_max_str_digits(before)

    wide = f'"0x1{"0" * 600}"' if limit else str(1 << 2400)
    assert found == f'[1{"0" * 639},{wide},"0x1{"0" * 4000}"]'


def test_negative_wide_integers():
    """The sign stands before the digits of either form."""
    assert value_text([-(10**30), -(1 << 16000)]) == f'[-1{"0" * 30},"-0x1{"0" * 4000}"]'
