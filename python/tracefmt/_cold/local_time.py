"""How far the local time is from UTC."""

from __future__ import annotations

from time import localtime


def offset_of(second: int) -> int:
    """
    Return the local time's offset from UTC at a second since 1970, in whole minutes.

    Zero where the system cannot tell.  RFC 3339 has no seconds in its offsets; those of the time
    before standard time zones are cut.
    """
    try:
        offset = localtime(second).tm_gmtoff
    except (OSError, OverflowError, ValueError):
        return 0
    return int(offset / 60)
