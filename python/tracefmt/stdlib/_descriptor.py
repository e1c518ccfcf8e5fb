"""Which descriptor a stream writes to."""

from __future__ import annotations

import codecs
import io
from typing import Any

# Codecs in which ASCII text has the bytes of UTF-8: a line of JSON fits into the file.
_ASCII_BASED = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252", "iso8859-15"})


def descriptor_of(stream: Any) -> int | None:
    """
    Return the descriptor that `stream` writes to, or None where text has to go through `write`.

    Only the interpreter's own file objects qualify.  A wrapper (a tee, a capture, a notebook's
    stream) may have a descriptor too, but its `write` is what its author wants called.
    """
    if type(stream) is io.TextIOWrapper:
        if _codec(stream.encoding) not in _ASCII_BASED:
            return None
        stream = stream.buffer
    if type(stream) in (io.BufferedWriter, io.BufferedRandom):
        stream = stream.raw
    if type(stream) is not io.FileIO:
        return None
    try:
        return stream.fileno() if stream.writable() else None
    except (OSError, ValueError):
        return None


def _codec(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
