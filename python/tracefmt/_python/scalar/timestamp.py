"""Seconds since the epoch to text: RFC 3339 in UTC or local time, and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TypeAlias

from tracefmt._cold.local_time import offset_of

Writer: TypeAlias = Callable[[int], str]
"""Makes text of microseconds since 1970."""

_FIRST = -62_135_596_800  # 0001-01-01T00:00:00Z
_LAST = 253_402_300_799  # 9999-12-31T23:59:59Z
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND = 1_000_000
_LAST_NANO = (1 << 64) - 1  # OTLP has unsigned 64 bits


def encode(seconds: float, write: Writer | None = None) -> str | None:
    """
    Return a time in one of the forms of `FORMS`; None outside of the years 1 to 9999.

    A double holds today's time in steps of 238 ns, so microseconds are rounded (half to even)
    and further digits would be invented.

    Example:
        >>> from tracefmt._python.scalar.timestamp import FORMS, encode
        >>> encode(1700000000.123456)
        '"2023-11-14T22:13:20.123456Z"'
        >>> encode(1700000000.123456, FORMS["epoch_ms"])
        '1700000000123'
    """
    if not _FIRST <= seconds <= _LAST + 1:  # False for NaN too
        return None
    microseconds = round(seconds * 1e6)
    if not _FIRST <= microseconds // _SECOND <= _LAST:
        return None
    return (write or _rfc3339)(microseconds)


def _rfc3339(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return f'"{_to_the_second(second)}.{microsecond:06d}Z"'


def _rfc3339_ms(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return f'"{_to_the_second(second)}.{microsecond // 1000:03d}Z"'


def _rfc3339_ns(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return f'"{_to_the_second(second)}.{microsecond:06d}000Z"'


def _local(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return _localized(second).format(f"{microsecond:06d}")


def _local_ms(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return _localized(second).format(f"{microsecond // 1000:03d}")


def _local_ns(microseconds: int) -> str:
    second, microsecond = divmod(microseconds, _SECOND)
    return _localized(second).format(f"{microsecond:06d}000")


def _epoch(microseconds: int) -> str:
    second, microsecond = divmod(abs(microseconds), _SECOND)
    return f"{'-' if microseconds < 0 else ''}{second}.{microsecond:06d}"


def _epoch_ns(microseconds: int) -> str:
    return f"{microseconds * 1000}"


def _unix_nano(microseconds: int) -> str:
    return f'"{microseconds * 1000}"' if 0 <= microseconds * 1000 <= _LAST_NANO else '"0"'


FORMS: dict[str, Writer] = {
    "rfc3339": _rfc3339,
    "rfc3339_ms": _rfc3339_ms,
    "rfc3339_ns": _rfc3339_ns,
    "local": _local,
    "local_ms": _local_ms,
    "local_ns": _local_ns,
    "epoch": _epoch,
    "epoch_ms": lambda microseconds: f"{microseconds // 1000}",
    "epoch_us": str,
    "epoch_ns": _epoch_ns,
    "unix_nano": _unix_nano,
}
"""By the name of the form."""


@lru_cache(maxsize=8)
def _to_the_second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).replace(tzinfo=None).isoformat()


def _localized(second: int) -> str:
    """Return the text of a local second, with braces for its digits behind the point."""
    minutes = offset_of(second)
    if not _FIRST <= second + minutes * 60 <= _LAST:
        minutes = 0
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f'"{_to_the_second(second + minutes * 60)}.{{}}{sign}{hours:02d}:{rest:02d}"'
