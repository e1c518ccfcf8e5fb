"""A handler for a stream that somebody else has opened."""

from __future__ import annotations

import logging
from typing import Any

from tracefmt.stdlib._line_handler import LineHandler


class StreamHandler(LineHandler):
    """
    A `logging.StreamHandler` that writes each line to the stream's descriptor, as bytes.

    Unbuffered, the line is with the kernel when the call returns.  A stream without a descriptor of
    its own (`io.StringIO`, pytest's capture, a wrapper) gets text through its ``write``, as in
    logging; a binary stream gets bytes.

    Args:
        stream: where to write; `sys.stderr` if None.
        formatter: a formatter; ``tracefmt.Formatter()`` if None.
        buffer_size: bytes of lines to keep before they are written; 0 writes each at once.  A
            line is never split between two writes of the buffer.
        flush_level: a record of this level or above is written at once, with what waits before it.
        flush_interval: seconds after which lines are written at the latest; None waits for the
            buffer to fill, for `flush`, `close`, or the end of the process.
        background: write in a thread, so that a stream that stalls stops nobody; the call encodes
            the line and queues it.  A record of `flush_level` or above waits until it is written.
            What an error of the descriptor has cost is said to `handleError` with the next record,
            and by a line.  A stream without a descriptor is written to in the caller.
        when_full: what happens where the descriptor takes nothing more for now.  ``"block"`` waits,
            while other threads run.  ``"drop_newest"`` drops the line if somebody has made the
            descriptor non-blocking (``O_NONBLOCK``, which is never changed here), and a line tells
            how many were dropped once that is over.
        background_options: `max_queued_bytes`, `when_full`, `drop_below`, `drain_timeout`,
            `drain_on_sigterm`: see ``docs/background.md``.

    Raises:
        ConfigurationError: an option cannot work.

    Example:
        >>> import io, logging, tracefmt
        >>> out = io.StringIO()
        >>> formatter = tracefmt.Formatter(exclude=["timestamp"])
        >>> handler = tracefmt.StreamHandler(out, formatter=formatter)
        >>> handler.emit(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        >>> print(out.getvalue(), end="")
        {"level":"info","logger":"app","message":"up"}
    """

    _OURS = True

    def __init__(
        self,
        stream: Any = None,
        *,
        formatter: logging.Formatter | None = None,
        buffer_size: int = 0,
        flush_level: int | str = logging.ERROR,
        flush_interval: float | None = None,
        background: bool = False,
        **background_options: Any,
    ) -> None:
        self._set_up(
            *(formatter, buffer_size, flush_level, flush_interval),
            *(background, background_options),
        )
        super().__init__(stream)
        self.setFormatter(self._first_formatter)
