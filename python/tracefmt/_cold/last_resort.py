"""The line for a record that could not be written in any other way."""

from __future__ import annotations

import re
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
        members = [f'"{key}":"{_ODD.sub(_escape, value)}"' for key, value in found.items()]
        return f"{{{','.join(members)}}}".encode("ascii")
    except Exception:
        return NOTHING_LEFT


# `json` does the same, and costs a millisecond to import; there may be no memory for that later.
_ODD = re.compile(r'[^ -~]|["\\]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    units = character.encode("utf-16-be").hex()
    return _SHORT.get(character) or "".join(
        f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)
    )
