"""What a handler says of lines that could not be written."""

from __future__ import annotations

import logging
from typing import Any

from tracefmt._cold.handler import report
from tracefmt._cold.loss import record_of
from tracefmt._core import LineSink


def report_loss(handler: Any, sink: LineSink) -> None:
    """Write one line that says how many were lost and since when, now that this is over."""
    loss = sink.take_loss()
    if loss is None:
        return
    record = record_of(*loss)
    try:
        if not sink.report(handler._line(record)):  # noqa: SLF001
            sink.lose(*loss)
    except Exception:
        handler.handleError(record)


def flush(handler: Any, sink: LineSink) -> None:
    """Write what the sink keeps; what cannot be written stays there, and the error is reported."""
    try:
        sink.flush()
    except OSError:
        report_failure(handler, "buffered lines could not be written")
    else:
        if sink.loss_has_ended():
            report_loss(handler, sink)


def give_up(handler: Any, sink: LineSink) -> None:
    """Tell logging's last resort, `handleError`, what a sink that is not used any more has lost."""
    sink.abandon()
    loss = sink.take_loss()
    if loss is not None:
        record = record_of(*loss)
        report(handler, record, OSError(record.getMessage()))


def report_failure(handler: Any, message: str) -> None:
    """Give `handleError` the exception that is being handled, with a record that says of what."""
    handler.handleError(logging.LogRecord("tracefmt", logging.WARNING, "", 0, message, (), None))


def is_for_files_alone(error: OSError) -> bool:
    """Whether a terminal or a pipe says so to a flush: there is nothing behind them to flush to."""
    import errno  # noqa: PLC0415  # only who fails needs it

    return error.errno in (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
