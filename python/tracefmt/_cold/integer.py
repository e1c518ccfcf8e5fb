"""Integers wider than 64 bits."""

from __future__ import annotations

_MAX_DIGITS = 4300  # CPython's default limit (sys.int_info.default_max_str_digits)
_LIMIT = 10**_MAX_DIGITS


def wide(value: int) -> str:
    """
    Return the JSON text of an integer: its digits, or a ``"0x…"`` string above 4300 digits.

    Decimal conversion is quadratic, hexadecimal linear.  A process that lowered Python's own limit
    (``sys.set_int_max_str_digits``) gets the hexadecimal string earlier.
    """
    if -_LIMIT < value < _LIMIT:
        try:
            return int.__repr__(value)
        except ValueError:
            pass
    return f'"{value:#x}"'
