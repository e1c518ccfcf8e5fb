"""Text to a JSON string that no line splitter and no terminal can misread."""

from __future__ import annotations

import re

# JSON's own (the quote, the backslash, C0), then DEL and C1 (they drive terminals; U+0085 ends a
# line for some readers), the two Unicode line ends, and lone surrogates (UTF-8 has none).
_ESCAPED = re.compile('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_search = _ESCAPED.search
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def encode(text: str) -> str:
    r"""
    Return the JSON string for an exact `str`, quotes included.

    Example:
        >>> from tracefmt._python.scalar.string import encode
        >>> print(encode('say "hi"\n'), encode("\udc80"))
        "say \"hi\"\n" "\\udc80"
    """
    if _search(text) is None:
        return f'"{text}"'
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    short = _SHORT.get(character)
    if short is not None:
        return short
    # A surrogate gets a second backslash: visible text, since strict parsers refuse its escape.
    slash = "\\\\" if "\ud800" <= character <= "\udfff" else "\\"
    return f"{slash}u{ord(character):04x}"
