"""The message of a record, where it is not simply its text."""

from __future__ import annotations

from typing import Any

from tracefmt._cold.text import describe_error, safe_str, unrepresentable


def merge(msg: Any, args: Any) -> tuple[str, str | None]:
    """Return ``str(msg) % args`` as logging builds it, and the error where that failed."""
    text = safe_str(msg)
    try:
        return (str.__str__(text % args), None) if args else (text, None)
    except Exception as error:
        return failed(text, error)


def failed(text: str, error: BaseException) -> tuple[str, str]:
    """Return what stands in the line where ``text % args`` raised `error`."""
    return text, describe_error(error)


def of_record(record: Any) -> tuple[str, str | None]:
    """Return what the record's own ``getMessage()`` says: that of a subclass, or one put on it."""
    try:
        method = record.getMessage
        if not callable(method):  # an attribute that only has this name
            return merge(record.msg, record.args)
        return str.__str__(str(method())), None
    except Exception as error:
        return failed(_raw(record), error)


def _raw(record: Any) -> str:
    try:
        return safe_str(getattr(record, "msg", None))
    except Exception as error:  # a property that fails
        return unrepresentable(record, error)
