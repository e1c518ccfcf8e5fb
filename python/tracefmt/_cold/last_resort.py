"""The line for a record that could not be written in any other way."""

from __future__ import annotations

import json
from typing import Any

from tracefmt._cold.text import describe_error

NOTHING_LEFT = b'{"format_error":"the record could not be written"}'
"""When even that fails; the Rust core has the same."""


def line_of(record: Any, error: BaseException) -> bytes:
    """
    Return a line with the level, the logger, the raw message and what went wrong.

    This is for a process out of memory or out of stack: values are taken only where they are
    plain text already, so that no user code runs.
    """
    try:
        found = {
            key: _visible(value)
            for key, name in (("level", "levelname"), ("logger", "name"), ("message", "msg"))
            if type(value := record.__dict__.get(name)) is str
        }
        found["format_error"] = _visible(describe_error(error))
        return json.dumps(found).encode()
    except Exception:
        return NOTHING_LEFT


def _visible(text: str) -> str:
    """Return the text in ASCII; what else it held (lone surrogates too) is spelt out."""
    return text.encode("ascii", "backslashreplace").decode("ascii")
