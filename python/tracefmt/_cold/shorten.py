"""
The text of a JSON string, cut to a number of bytes.

Text is here what a line has between two quotes, with one character for each byte (``latin-1``), so
that lengths are bytes and JSON's own characters can still be found.
"""

from __future__ import annotations

import json
import re

_CUT = re.compile("\xe2\x80\xa6<([0-9]+) more>\\Z")  # `tracefmt._cold.limit.cut` has been there
_HIGH = re.compile(r"\\u[dD][89abAB]..\Z")
_LONGEST_ESCAPE = 12  # a pair of surrogates
_DOTS = "\xe2\x80\xa6"


def shorten(text: str, room: int, *, middle: bool = False) -> str | None:
    r"""
    Return `text` cut to `room` bytes at most, its mark included, or None where there is no room.

    It is cut between two characters, and not inside of an escape.  The mark says how many
    characters are missing, those of an earlier cut included.

    Args:
        text: more than `room` bytes.
        room: how many there may be.
        middle: keep a quarter of the room for the beginning, and the rest for the end.

    Example:
        >>> from tracefmt._cold.shorten import shorten
        >>> shorten(r"ab\ncd" * 5, 15).encode("latin-1").decode()
        'ab…<23 more>'
        >>> shorten("first " + "." * 40 + " last", 25, middle=True).encode("latin-1").decode()
        'fi…<41 more>…... last'
    """
    before = None if middle else _CUT.search(text)
    end = before.start() if before else len(text)
    more = int(before[1]) if before else 0
    dots = 2 if middle else 1
    space = room - len(f"<{len(text) + more} more>") - dots * len(_DOTS)
    if space < 0:
        return None
    if middle:
        head = boundary(text, space // 4)
        tail = _boundary_from(text, end - (space - space // 4))
        missing = characters(text[head:tail])
        return f"{text[:head]}{_DOTS}<{missing} more>{_DOTS}{text[tail:]}"
    head = boundary(text, min(space, end))
    return f"{text[:head]}{_DOTS}<{characters(text[head:end]) + more} more>"


def boundary(text: str, at: int) -> int:
    """Return the last place up to `at` that is between two characters."""
    if at >= len(text):
        return len(text)
    while at and "\x80" <= text[at] < "\xc0":  # inside of UTF-8
        at -= 1
    escape = text.rfind("\\", max(0, at - _LONGEST_ESCAPE // 2), at)
    if _begins(text, escape):
        length = _LONGEST_ESCAPE // 2 if text[escape + 1] == "u" else 2
        at = escape if at < escape + length else at
    high = at - _LONGEST_ESCAPE // 2
    if text[at] == "\\" and high >= 0 and _HIGH.match(text, high, at) and _begins(text, high):
        at = high  # between the two halves of one character
    return at


def _boundary_from(text: str, at: int) -> int:
    """Return the first place from `at` on that is between two characters."""
    while boundary(text, at) != at:
        at += 1
    return at


def _begins(text: str, at: int) -> bool:
    """Return whether the backslash there begins an escape, and is not the second of two."""
    if at < 0:
        return False
    start = at
    while start and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 0


def characters(text: str) -> int:
    """Return how many characters the text stands for."""
    return len(json.loads(f'"{text}"'.encode("latin-1")))
