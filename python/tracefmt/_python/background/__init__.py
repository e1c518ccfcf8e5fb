"""A sink whose lines are written by a thread of its own."""

from __future__ import annotations

import threading
import time
from typing import Any

from tracefmt._python.background.queue import DROPPED, FULL, LineQueue
from tracefmt._python.encoder import Encoder

# How long a caller waits at a time.
_PATIENCE = 0.05


class BackgroundSink:
    """
    Queues lines for a descriptor, in the caller, and writes them, in a thread.

    Args:
        descriptor: an open file descriptor, which the sink does not own.
        max_queued_bytes: how many bytes of lines may wait.
        when_full: ``"block"``, ``"drop_newest"`` or ``"drop_oldest"``.
        drop_below: lines of this level and above are not dropped.
        flush_level: lines of this level and above are waited for.
        watched: the descriptor leads to one file for ever; where it leads to another, its number
            has been given away, and lines fail rather than go there.
    """

    def __init__(
        self,
        descriptor: int,
        max_queued_bytes: int,
        when_full: str,
        drop_below: int,
        flush_level: int,
        watched: bool,
    ) -> None:
        self._queue = LineQueue(descriptor, max_queued_bytes, when_full, watched)
        self._drop_below = drop_below
        self._flush_level = flush_level
        self._inherited = False  # this is the copy in a child, whose thread is the parent's

    @property
    def descriptor(self) -> int:
        """The file descriptor."""
        return self._queue.descriptor

    def write(self, line: bytes, level: int) -> None:
        """Queue one line, which has no newline yet."""
        self._refuse_if_inherited()
        queue, waits = self._queue, level >= self._flush_level
        number = self._put(line + b"\n", level < self._drop_below and not waits)
        if number == DROPPED:
            return
        if waits:
            while not queue.wait_for(number, _PATIENCE) and not queue.abandoned:
                pass
            error = queue.failure_of(number)
            if error is not None:
                queue.unreported = False
                raise error
        elif queue.unreported:
            queue.unreported = False
            raise queue.last_error()

    def emit(self, encoder: Encoder, record: Any) -> None:
        """Encode a record and queue its line."""
        level = record.levelno  # a record made by hand may have none
        self.write(encoder.encode_record(record), level if isinstance(level, int) else 0)

    def force(self, line: bytes) -> None:
        """Queue a line that must not be lost and for which nobody may have to wait."""
        self._refuse_if_inherited()
        self._queue.force(line + b"\n")
        self._start()

    def flush(self, timeout: float | None) -> bool:
        """Wait until all is written, so many seconds at most; whether it is."""
        if self._inherited:
            return True
        queue = self._queue
        newest, stalled, begun = queue.newest, queue.is_stalled(), time.monotonic()
        while True:
            step = _PATIENCE
            if timeout is not None:
                left = timeout - (time.monotonic() - begun)
                step = 0 if stalled else min(step, max(left, 0))  # one wait was enough
            if queue.wait_for(newest, step):
                return True
            if step == 0 or queue.abandoned:
                queue.note_stall()
                return False

    def end(self) -> None:
        """Let the thread end when all is written."""
        if not self._inherited:
            self._queue.end()

    def abandon(self) -> int:
        """Give up what is not written; how many lines that is."""
        return 0 if self._inherited else self._queue.abandon()

    def loss_has_ended(self) -> bool:
        """Whether lines were lost, and are not any more."""
        return self._queue.loss is not None and self._queue.loss_has_ended()

    def take_loss(self) -> tuple[int, int, float, int | None] | None:
        """What was lost: lines dropped and failed, since when, and the last error's number."""
        return self._queue.take_loss()

    def metrics(self) -> dict[str, float]:
        """What has happened so far."""
        return self._queue.metrics()

    def after_fork(self) -> None:
        """In a child process: all that is here is the parent's, and a lock may be held for ever."""
        self._inherited = True

    def __del__(self) -> None:
        """Let the thread end when all is written."""
        queue = getattr(self, "_queue", None)
        if queue is not None and not self._inherited:
            queue.end()

    def _put(self, line: bytes, droppable: bool) -> int:
        """Queue a line, as soon as there is room; its number, or that it was dropped."""
        queue = self._queue
        while (number := queue.put(line, droppable)) == FULL:
            queue.wait_for_room(_PATIENCE)
        if number != DROPPED:
            self._start()
        return number

    def _start(self) -> None:
        """Start the thread for the first line; where none can be had, the caller writes."""
        queue = self._queue
        if queue.take_up_writing():
            try:
                threading.Thread(target=queue.run, name="tracefmt-writer", daemon=True).start()
            except RuntimeError:  # no more threads, or the interpreter is about to end
                queue.run_here()

    def _refuse_if_inherited(self) -> None:
        if self._inherited:
            msg = "this sink is the parent process's"
            raise RuntimeError(msg)
