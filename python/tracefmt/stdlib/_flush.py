"""When buffered lines are written unasked: at an interval, and never by a fork's child."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any

from tracefmt._core import LineSink

_sinks: weakref.WeakSet[Any] = weakref.WeakSet()


def forget_after_fork(sink: LineSink) -> None:
    """See to it that a child does not write what its parent has buffered."""
    _sinks.add(sink)


def _forget() -> None:
    for sink in list(_sinks):
        sink.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class IntervalFlusher:
    """
    Flushes a handler every so often, from a thread that keeps neither it nor the process alive.

    Args:
        handler: what is flushed; held weakly.
        interval: seconds between two flushes.
    """

    def __init__(self, handler: Any, interval: float) -> None:
        self._handler = weakref.ref(handler)
        self._interval = interval
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def ensure(self) -> None:
        """Start the thread unless it runs; after a fork it does not."""
        thread = self._thread
        if thread is None or not thread.is_alive():
            self._ended = threading.Event()
            self._thread = threading.Thread(target=self._run, name="tracefmt-flush", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread at once."""
        self._ended.set()

    def _run(self) -> None:
        ended = self._ended
        while not ended.wait(self._interval):
            handler = self._handler()
            if handler is None:
                return
            handler.flush()
            del handler
