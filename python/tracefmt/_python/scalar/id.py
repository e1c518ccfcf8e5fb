"""Trace ids, span ids and trace flags to quoted lower-case hex (W3C Trace Context)."""

from __future__ import annotations

from functools import lru_cache

# A span's ids are written on many lines, one after the other.
_RECENT = 128


@lru_cache(maxsize=_RECENT)
def trace_id(value: int) -> str:
    """Return 32 hex digits, quoted."""
    return f'"{value:032x}"'


@lru_cache(maxsize=_RECENT)
def span_id(value: int) -> str:
    """Return 16 hex digits, quoted."""
    return f'"{value:016x}"'


@lru_cache(maxsize=_RECENT)
def trace_flags(value: int) -> str:
    """Return two hex digits, quoted."""
    return f'"{value:02x}"'
