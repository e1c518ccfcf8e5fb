"""What a handler does where a record cannot go the straight way."""

from __future__ import annotations

import logging
from typing import Any


def handle(handler: logging.Handler, record: logging.LogRecord) -> object:
    """Do what logging does: filters first, then `emit` under the handler's lock."""
    return logging.Handler.handle(handler, record)


def is_untouched(kind: Any) -> bool:
    """Return whether a class of ours, or one made of it, still handles records by our methods."""
    methods = kind._METHODS  # noqa: SLF001  # as it was made
    return all(getattr(kind, name, None) is method for name, method in methods.items())


def handle_by_class(handler: logging.Handler, record: logging.LogRecord) -> object:
    """Do what the handler's class says now, that somebody has patched."""
    return type(handler).handle(handler, record)


def report(handler: logging.Handler, record: logging.LogRecord, error: BaseException) -> None:
    """Call `handleError`, which looks for the exception that is being handled."""
    try:
        raise error  # noqa: TRY301  # so that it is being handled
    except Exception:
        handler.handleError(record)


def report_loss(handler: Any) -> None:
    """Let a handler of ours write a line that says what its sink could not take."""
    handler._report_loss()  # noqa: SLF001
