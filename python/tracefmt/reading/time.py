"""
Points in time, from every form that log lines have.

RFC 3339, with ``T`` or a blank, ``.`` or ``,`` before any number of digits, and an offset or none
(then UTC is meant); or a number since the epoch, whose size says whether it is seconds,
milliseconds, microseconds or nanoseconds.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

__all__ = ["parse", "parse_text", "text"]

_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:[.,]([0-9]{1,12}))?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2}))?",
    re.ASCII,
)
_NUMBER = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,18}))?", re.ASCII)
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# below each of these a number counts the unit beside it: how many make a second, as digits
_UNITS = ((10**11, 0), (10**14, 3), (10**17, 6))
_NANOSECONDS = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECONDS = 6


def parse(value: Any) -> int | None:
    """
    Return a JSON value as microseconds since the epoch, or None where it is no time.

    Example:
        >>> from tracefmt.reading.time import parse
        >>> parse("2023-11-14T22:13:20.123456Z"), parse(1700000000123), parse("soon")
        (1700000000123456, 1700000000123000, None)
    """
    if isinstance(value, str):
        return parse_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return parse_text(str(value))
    return None


def parse_text(text: str) -> int | None:
    """Return a text, or a number's digits, as microseconds since the epoch, or None."""
    match = _RFC3339.fullmatch(text)
    if match is not None:
        return _rfc3339(match)
    match = _NUMBER.fullmatch(text)
    return None if match is None else _number(match[1], match[2] or "")


def text(microseconds: int, timespec: str = "seconds") -> str:
    """
    Return a time as RFC 3339 in UTC; one that no calendar has stays a number of seconds.

    Example:
        >>> from tracefmt.reading.time import text
        >>> text(1700000000123456, "milliseconds")
        '2023-11-14T22:13:20.123Z'
    """
    try:
        point = _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds / 1e6:.0f}"
    return point.isoformat(timespec=timespec).replace("+00:00", "Z")


def _number(whole: str, fraction: str) -> int:
    number = int(whole)
    digits = next((digits for bound, digits in _UNITS if number < bound), _NANOSECONDS)
    if digits == _NANOSECONDS:
        return number // 1000
    missing = _MICROSECONDS - digits
    scale: int = 10**missing
    return number * scale + int("0" + fraction[:missing].ljust(missing, "0"))


def _rfc3339(match: re.Match[str]) -> int | None:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, _zulu, sign, ahead_hours, ahead_minutes = match.groups()[6:]
    if not (1 <= month <= 12 and 1 <= day <= _days(year, month)):  # noqa: PLR2004
        return None
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004
        return None
    seconds = _day(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if sign is not None:
        ahead = int(ahead_hours) * 3600 + int(ahead_minutes) * 60
        seconds += ahead if sign == "-" else -ahead
    return seconds * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap and month == 2 else _MONTHS[month - 1]  # noqa: PLR2004


def _day(year: int, month: int, day: int) -> int:
    """Return the number of days since 1970-01-01, in the calendar that ISO 8601 prolongs."""
    if month <= 2:  # noqa: PLR2004
        year -= 1
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
