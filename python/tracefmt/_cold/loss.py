"""The record that says what was lost."""

from __future__ import annotations

import logging
import os
import time

from tracefmt._cold.record import CAPTURE, Captured

_LOGGER = "tracefmt"


def record_of(dropped: int, failed: int, since: float, error: int | None) -> logging.LogRecord:
    """
    Return a record of what a sink could not take.

    Args:
        dropped: lines for which there was no room.
        failed: lines that the descriptor refused.
        since: when the first was lost, in seconds since the epoch.
        error: the number of the last error.
    """
    began = time.gmtime(since)
    text = f"{time.strftime('%Y-%m-%dT%H:%M:%S', began)}.{int(since % 1 * 1000):03d}Z"
    extra: dict[str, object] = {"dropped": dropped, "failed": failed, "since": text}
    if error is not None:
        extra["error"] = f"{_type_of(error)}: {os.strerror(error)}"
    record = logging.LogRecord(
        *(_LOGGER, logging.WARNING, __file__, 0),
        *("%d log lines were lost since %s", (dropped + failed, text), None),
    )
    record.__dict__.update(extra)
    # whatever span is active where this is said, it is not about that
    record.__dict__[CAPTURE] = Captured(None).mark()
    return record


def _type_of(error: int) -> str:
    return type(OSError(error, "")).__name__
