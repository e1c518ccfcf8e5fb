"""Text of others, made fit for a terminal."""

from __future__ import annotations

import re

__all__ = ["visible"]

# Controls but for tab and newline, C1, bidirectional overrides: shown, never sent.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return text that a terminal can be sent: what would drive it is shown by its number."""
    return _CONTROLS.sub(lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004
