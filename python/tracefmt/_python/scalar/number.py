"""Numbers to JSON text."""

from __future__ import annotations

from tracefmt._cold.integer import wide

_NON_FINITE = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
_MIN, _MAX = -(1 << 63), (1 << 64) - 1


def encode_integer(value: int) -> str:
    """Return the digits of an exact `int`; above 4300 digits a ``"0x…"`` string."""
    return int.__repr__(value) if _MIN <= value <= _MAX else wide(value)


def encode_float(value: float) -> str:
    """
    Return the shortest digits that read back as the same double, in Python's `repr` form.

    JSON has no NaN and no infinities: these become strings (OpenTelemetry, mapping to non-OTLP).
    """
    text = float.__repr__(value)
    return _NON_FINITE.get(text, text)
