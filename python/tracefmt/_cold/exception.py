"""What a line says of an exception."""

from __future__ import annotations

from typing import Any, NamedTuple

from tracefmt._cold.stacktrace import render
from tracefmt._cold.text import describe_error, qualified_name, safe_str


class ExceptionText(NamedTuple):
    """What a line says of an exception; a part that does not exist is None."""

    type: str | None
    message: str | None
    stacktrace: str | None
    chain: list[dict[str, Any]] | None = None


def describe(exc_info: Any) -> ExceptionText | None:
    """
    Return the texts for what `logging` calls ``exc_info``, or None where it holds no exception.

    The stacktrace is equal to ``"".join(traceback.format_exception(...))``.
    """
    try:
        error, trace = unpacked(exc_info)
    except Exception:
        return None
    if error is None:
        return None
    try:
        stacktrace = render(error, trace)
    except Exception as failure:
        stacktrace = f"<no stacktrace: {describe_error(failure)}>"
    return ExceptionText(qualified_name(type(error)), safe_str(error), stacktrace)


def unpacked(exc_info: Any) -> tuple[BaseException | None, Any]:
    """Return the exception and the traceback that ``exc_info`` holds."""
    if issubclass(type(exc_info), BaseException):
        return exc_info, exc_info.__traceback__
    if issubclass(type(exc_info), tuple) and len(exc_info) == 3:  # noqa: PLR2004
        error = exc_info[1]
        if issubclass(type(error), BaseException):
            return error, exc_info[2]
    return None, None
