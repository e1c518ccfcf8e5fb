"""
What stands where a trace id belongs: an id, or one of the things that are none.

An id is 32 hex digits that are not all zero (W3C Trace Context, 3.2.2.3), also within Google's
``projects/…/traces/…`` and X-Ray's ``1-8-24`` form.  Datadog's field may also hold the id's low 64
bits as a decimal number.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

__all__ = ["ABSENT", "KINDS", "VALID", "TraceId", "judge", "judge_span_id", "judge_text"]

VALID = "valid"
KINDS = (VALID, "absent", "empty", "null", "zeros", "0", "malformed")

_HEX = re.compile(r"[0-9A-Fa-f]{32}", re.ASCII)
_XRAY = re.compile(r"1-([0-9A-Fa-f]{8})-([0-9A-Fa-f]{24})", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,20}", re.ASCII)
_SPAN = re.compile(r"[0-9A-Fa-f]{16}", re.ASCII)
_TRACES = "/traces/"
_WIDTH_64 = 1 << 64


class TraceId(NamedTuple):
    """
    A trace id, or why there is none.

    Attributes:
        kind: one of `KINDS`.
        value: 32 hex digits in lower case where the kind is ``"valid"``, else None.  A decimal id
            fills the low 16 of them.
    """

    kind: str
    value: str | None = None

    def matches(self, wanted: str) -> bool:
        """Return whether this is the id that begins so (32 digits: the whole id)."""
        if self.value is None:
            return False
        if self.value.startswith(wanted):
            return True
        return len(wanted) == 32 and self.value == wanted[16:].rjust(32, "0")  # noqa: PLR2004


ABSENT = TraceId("absent")
_EMPTY = TraceId("empty")
_NULL = TraceId("null")
_ZEROS = TraceId("zeros")
_ZERO = TraceId("0")
_MALFORMED = TraceId("malformed")


def judge(value: Any, *, decimal: bool = False) -> TraceId:
    """
    Return the id that a JSON value holds, or why it is none.

    Args:
        value: what `json.loads` gave.
        decimal: whether the id's low 64 bits as a decimal number are an id here.

    Example:
        >>> from tracefmt.reading import judge
        >>> judge("0AF7651916CD43DD8448EB211C80319C").value
        '0af7651916cd43dd8448eb211c80319c'
        >>> judge("00000000000000000000000000000000").kind
        'zeros'
    """
    if value is None:
        return _NULL
    if isinstance(value, str):
        return judge_text(value, decimal=decimal)
    if isinstance(value, int) and not isinstance(value, bool):
        return judge_text(str(value), decimal=decimal)
    return _MALFORMED


def judge_text(text: str, *, decimal: bool = False) -> TraceId:
    """Return the id that a text is, or why it is none; a number counts as its digits."""
    if text.startswith("projects/") and _TRACES in text:
        text = text[text.rindex(_TRACES) + len(_TRACES) :]
    if not text:
        return _EMPTY
    if text == "0":
        return _ZERO
    if not text.strip("0"):
        return _ZEROS
    xray = _XRAY.fullmatch(text)
    if xray is not None:
        text = xray[1] + xray[2]
        if not text.strip("0"):
            return _ZEROS
    if _HEX.fullmatch(text):
        return TraceId(VALID, text.lower())
    if decimal and _DECIMAL.fullmatch(text) and int(text) < _WIDTH_64:
        return TraceId(VALID, f"{int(text):032x}")
    return _MALFORMED


def judge_span_id(value: Any, *, decimal: bool = False) -> str | None:
    """Return the span id that a JSON value holds, 16 hex digits in lower case, or None."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text.strip("0"):
        return None
    if decimal:
        return f"{int(text):016x}" if _DECIMAL.fullmatch(text) and int(text) < _WIDTH_64 else None
    return text.lower() if _SPAN.fullmatch(text) else None
