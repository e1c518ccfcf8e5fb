"""Trace ids, span ids and trace flags to quoted text, in the form of each backend."""

from __future__ import annotations

from functools import lru_cache

# A span's ids are written on many lines, one after the other.
_RECENT = 128
_WIDTH = 1 << 64  # what fits into Datadog's own ids


@lru_cache(maxsize=_RECENT)
def trace_id(value: int) -> str:
    """Return 32 hex digits, quoted (W3C Trace Context)."""
    return f'"{value:032x}"'


@lru_cache(maxsize=_RECENT)
def span_id(value: int) -> str:
    """Return 16 hex digits, quoted (W3C Trace Context)."""
    return f'"{value:016x}"'


@lru_cache(maxsize=_RECENT)
def trace_flags(value: int) -> str:
    """Return two hex digits, quoted (W3C Trace Context)."""
    return f'"{value:02x}"'


@lru_cache(maxsize=_RECENT)
def decimal(value: int) -> str:
    """Return decimal digits, quoted."""
    return f'"{value}"'


def datadog(value: int) -> str:
    """Return decimal digits where the id fits into 64 bits, else 32 hex digits, quoted."""
    return decimal(value) if value < _WIDTH else trace_id(value)


@lru_cache(maxsize=_RECENT)
def xray(value: int) -> str:
    """Return ``1-``, 8 hex digits, ``-`` and 24 hex digits, quoted (AWS X-Ray)."""
    return f'"1-{value >> 96:08x}-{value & ((1 << 96) - 1):024x}"'


def rest_of_name(value: int) -> str:
    """Return 32 hex digits and the quote that ends the name they stand in."""
    return trace_id(value)[1:]


def number(flags: int) -> str:
    """Return the trace flags as a number."""
    return str(flags)


def sampled(flags: int) -> str:
    """Return whether the sampled flag is set."""
    return "true" if flags & 1 else "false"
