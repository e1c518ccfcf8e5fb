"""Seconds since the epoch to RFC 3339 text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

_FIRST = -62_135_596_800  # 0001-01-01T00:00:00Z
_LAST = 253_402_300_799  # 9999-12-31T23:59:59Z
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def encode(seconds: float) -> str | None:
    """
    Return UTC time with six digits of a second and ``Z``, quoted; None outside years 1 to 9999.

    A double holds today's time in steps of 238 ns, so microseconds are rounded (half to even)
    and further digits would be invented.

    Example:
        >>> from tracefmt._python.scalar.timestamp import encode
        >>> encode(1700000000.123456)
        '"2023-11-14T22:13:20.123456Z"'
    """
    if not _FIRST <= seconds <= _LAST + 1:  # False for NaN too
        return None
    second, microsecond = divmod(round(seconds * 1e6), 1_000_000)
    if not _FIRST <= second <= _LAST:
        return None
    return f'"{_to_the_second(second)}.{microsecond:06d}Z"'


@lru_cache(maxsize=8)
def _to_the_second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).replace(tzinfo=None).isoformat()
