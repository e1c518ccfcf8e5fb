"""Chapter T: time."""

import math
import time
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import timestamp_text, value_text

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("case", cases.load("timestamp"))
def test_case(case, monkeypatch):
    """A case of chapter T; what is no time is written as the number it is."""
    number = cases.scalar(case["input"])
    expected = value_text(number) if case["output"] is None else case["output"]
    form, offset = case["input"].get("form", "rfc3339"), case["input"].get("offset", 0)
    moment = SimpleNamespace(tm_gmtoff=offset * 60)
    with monkeypatch.context() as patch:
        patch.setattr("tracefmt._cold.local_time.localtime", lambda second: moment)

        assert timestamp_text(number, form) == expected


@pytest.mark.clause("T6")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"])
def test_local_time_is_that_of_the_system(zone, monkeypatch):
    """Time zone and daylight saving are those that the C library finds, at each moment anew."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for second in (0, 1_000_000_000, 1_700_000_000, 1_720_000_000):
            local = datetime.fromtimestamp(second, timezone.utc).astimezone()
            minutes = int(local.utcoffset().total_seconds()) // 60
            offset = f"{minutes // 60 if minutes >= 0 else -(-minutes // 60):+03d}"

            text = timestamp_text(second + 0.25, "local_ms")
            assert text.startswith(f'"{local:%Y-%m-%dT%H:%M:%S}.250{offset}:')
            assert text.endswith(f':{abs(minutes) % 60:02d}"')
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.floats(-62_135_596_800, 253_402_300_799))
def test_agrees_with_datetime(seconds):
    """Calendar and rounding are those of exact arithmetic on the rounded product."""
    microseconds = round(Fraction(seconds * 1e6))
    when = EPOCH + timedelta(microseconds=microseconds)

    assert timestamp_text(seconds) == f'"{when:%Y-%m-%dT%H:%M:%S.%f}Z"'.replace(
        '"', '"' + "0" * (4 - len(f"{when:%Y}")), 1
    )


def test_first_and_last_moment_of_years():
    """The first and the last second of years from 1 to 9999."""
    for year in range(1, 10_000, 37):
        first = datetime(year, 1, 1, tzinfo=timezone.utc) - EPOCH
        last = datetime(year, 12, 31, 23, 59, 59, tzinfo=timezone.utc) - EPOCH

        assert timestamp_text(first // SECOND) == f'"{year:04}-01-01T00:00:00.000000Z"'
        assert timestamp_text(last // SECOND) == f'"{year:04}-12-31T23:59:59.000000Z"'


def test_every_day_of_some_years():
    """Months and leap days, also around a century that has none."""
    day = datetime(1898, 1, 1, tzinfo=timezone.utc)
    for number in range(366 * 5):
        when = day + timedelta(days=number)

        assert (
            timestamp_text((when - EPOCH).total_seconds()) == f'"{when:%Y-%m-%d}T00:00:00.000000Z"'
        )


def test_time_going_back():
    """A prefix that is remembered is not used for another second."""
    texts = [timestamp_text(seconds) for seconds in (10.25, 11.5, 10.75, math.nan, 10.25)]

    assert texts == [
        '"1970-01-01T00:00:10.250000Z"',
        '"1970-01-01T00:00:11.500000Z"',
        '"1970-01-01T00:00:10.750000Z"',
        '"NaN"',
        '"1970-01-01T00:00:10.250000Z"',
    ]
