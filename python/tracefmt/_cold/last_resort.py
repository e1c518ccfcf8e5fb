"""The line for a record that could not be written in any other way."""

from __future__ import annotations

import json
from typing import Any

from tracefmt._cold.text import describe_error, visible

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
            key: visible(value.lower() if key == "level" else value)
            for key, name in (("level", "levelname"), ("logger", "name"), ("message", "msg"))
            if type(value := record.__dict__.get(name)) is str
        }
        found["format_error"] = describe_error(error)
        # `json` leaves DEL as it is
        return json.dumps(found, separators=(",", ":")).replace("\x7f", "\\u007f").encode()
    except Exception:
        return NOTHING_LEFT
