"""What a core takes from a log record before it writes anything."""

from __future__ import annotations

import logging
from typing import Any

from tracefmt._cold import message as cold_message
from tracefmt._cold.exception import ExceptionText
from tracefmt._cold.record import CAPTURE, Captured, attributes_of, captured, own_items
from tracefmt._python.names import Names


class RecordView:
    """One record, read once: its standard values, its message and its attributes."""

    __slots__ = (
        *("attributes", "capture", "error", "format_args", "given", "message", "rendered"),
        "values",
    )

    rendered: ExceptionText | None  # an exception, as a processor of structlog's wrote it

    def __init__(self, record: Any, names: Names) -> None:
        exact = type(record) is logging.LogRecord
        # a copy: code that runs while the line is written may change the record
        values = own_items(record.__dict__) if exact else attributes_of(record)
        self.given = values  # also what has an odd key
        self.attributes, odd = names.members(values)
        if odd:  # a key that is no `str` may claim to equal a standard name
            values = {key: value for key, value in values.items() if type(key) is str}
        self.values: dict[str, Any] = values
        self.rendered = None
        mark = values.get(CAPTURE)
        self.capture: Captured | None = None if mark is None else captured(mark)
        self.read_message(record, exact=exact and "getMessage" not in self.values)

    def read_message(self, record: Any, *, exact: bool) -> None:
        """Make the message of ``msg`` and ``args``, or ask a record that is not exact for it."""
        self.error: str | None = None
        self.format_args: Any = None
        msg, args = self.values.get("msg"), self.values.get("args")
        if not exact:
            self.message, self.error = cold_message.of_record(record)
        elif type(msg) is str and (args is None or (type(args) is tuple and not args)):
            self.message = msg
        else:
            self.message, self.error = cold_message.merge(msg, args)
        if self.error is not None:
            self.format_args = args
        elif self.capture is not None:
            self.format_args = self.capture.format_args
        if self.capture is not None and self.capture.format_error is not None:
            self.add_error(self.capture.format_error)

    def add_error(self, error: str) -> None:
        """Name one more thing that could not be written."""
        self.error = error if self.error is None else f"{self.error}; {error}"
