"""What a record has for an exception, as the texts that a line shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tracefmt._cold.exception import ExceptionText

if TYPE_CHECKING:
    from tracefmt._python.record import RecordView


def texts_of(
    line: RecordView, describe: Callable[[Any], ExceptionText | None]
) -> ExceptionText | None:
    """Return the texts of what a record, or its capture, has for an exception."""
    if line.capture is not None and line.capture.exception is not None:
        return line.capture.exception
    exc_info = line.values.get("exc_info")
    texts = None if exc_info is None or exc_info is False else describe(exc_info)
    if texts is None and line.rendered is not None:
        return line.rendered
    if texts is None:
        rendered = line.values.get("exc_text")  # what a stdlib formatter left behind
        if type(rendered) is str and rendered:
            return ExceptionText(None, None, rendered)
    return texts
