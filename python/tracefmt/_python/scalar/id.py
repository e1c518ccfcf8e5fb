"""Trace ids, span ids and trace flags to quoted lower-case hex (W3C Trace Context)."""

from __future__ import annotations


def trace_id(value: int) -> str:
    """Return 32 hex digits, quoted."""
    return f'"{value:032x}"'


def span_id(value: int) -> str:
    """Return 16 hex digits, quoted."""
    return f'"{value:016x}"'


def trace_flags(value: int) -> str:
    """Return two hex digits, quoted."""
    return f'"{value:02x}"'
