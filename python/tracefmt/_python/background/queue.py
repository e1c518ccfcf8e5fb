"""
Lines that wait for a thread to write them: bounded and counted.

A signal handler, or a ``__del__``, may log at any bytecode, and raise.  So nothing here waits for
a lock that its own thread may hold: the turn is re-entrant, and who finds its own thread inside
leaves its line behind.  Callers wait at plain locks, which a signal ends.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from tracefmt._python.background.writer import Writer

FULL, DROPPED = -1, -2


class LineQueue(Writer):
    """
    A queue of lines for a descriptor.

    Args:
        descriptor: an open file descriptor.
        bound: how many bytes may wait; a longer line is taken when nothing else is there.
        when_full: what happens to a line for which there is no room.
        watched: lines fail where the descriptor leads to another file than it did.
    """

    def __init__(self, descriptor: int, bound: int, when_full: str, watched: bool) -> None:
        super().__init__(descriptor, bound, watched)
        self._when_full = when_full
        self._stalled: int | None = None  # how much was written when waiting took too long

    def put(self, line: bytes, droppable: bool) -> int:
        """Queue a line: its number, or `FULL`, or `DROPPED`."""
        number = self._inside(lambda: self._put(line, droppable), line)
        if number == FULL and threading.get_ident() == self.thread:
            return self.force(line)  # a `__del__` logs in the thread that would make room
        return number

    def force(self, line: bytes) -> int:
        """Queue a line though there be no room: its number."""
        return self._inside(lambda: self.push(line, False), line)

    def _inside(self, act: Callable[[], int], line: bytes) -> int:
        """Change the queue; where this thread is in the middle of that, leave the line behind."""
        if self.abandoned:
            return self._put(line, True)
        number = 0
        with self._turn:
            if self._busy:
                self._late.append(line)
                return 0
            self._busy = True
            try:
                number = act()
            finally:
                self._busy = False
            while self._late:
                self._busy = True
                try:
                    self.push(self._late.popleft(), False)
                finally:
                    self._busy = False
            if number >= 0:
                self._wake()
        return number

    def _put(self, line: bytes, droppable: bool) -> int:
        if self.abandoned:
            self.lose(1, 0)
            return DROPPED
        if not self._fits(line) and self._when_full == "drop_oldest":
            self._drop_oldest(len(line))
        if self._fits(line):
            return self.push(line, droppable)
        if droppable and self._when_full != "block":
            self.lose(1, 0)
            return DROPPED
        return FULL

    def _fits(self, line: bytes) -> bool:
        held = self.held()
        return held == 0 or held + len(line) <= self._bound

    def _drop_oldest(self, wanted: int) -> None:
        kept, dropped = [], 0
        while self._lines and self.held() + wanted > self._bound:
            line = self._lines.popleft()
            if line[2]:
                self._size -= len(line[3])
                dropped += 1
            else:
                kept.append(line)
                wanted += len(line[3])
                self._size -= len(line[3])
        for line in reversed(kept):
            self._size += len(line[3])
            self._lines.appendleft(line)
        if dropped:
            self.lose(dropped, 0)

    def take_up_writing(self) -> bool:
        """Whether there is no thread yet; the caller is to start one."""
        if self._running:
            return False
        with self._turn:
            first, self._running = not self._running, True
            return first

    def wait_for_room(self, limit: float) -> None:
        """Wait for room, so many seconds at most."""
        self._wait(lambda: self.held() == 0, limit)

    def wait_for(self, number: int, limit: float) -> bool:
        """Wait until a line and all before it are written or lost; whether they are."""
        if threading.get_ident() == self.thread:
            return True

        def passed() -> bool:
            return self.done >= number or self.abandoned

        until = time.monotonic() + limit
        while not passed() and (left := until - time.monotonic()) > 0:
            self._wait(passed, left)
        return self.done >= number

    def _wait(self, is_over: Callable[[], bool], limit: float) -> None:
        gate = threading.Lock()
        gate.acquire()
        self._waiting.append(gate)
        try:
            if not is_over():
                gate.acquire(timeout=limit)
        finally:
            with contextlib.suppress(ValueError):  # it has been opened
                self._waiting.remove(gate)

    def is_stalled(self) -> bool:
        """Whether waiting has taken too long before, and nothing has been written since."""
        return self._stalled == self.written_bytes

    def note_stall(self) -> None:
        """Waiting has taken too long."""
        self._stalled = self.written_bytes

    def failure_of(self, number: int) -> OSError | None:
        """The error with which a line failed."""
        if self.failure is not None and self.failure[0] <= number <= self.failure[1]:
            return self.last_error()
        return None

    def loss_has_ended(self) -> bool:
        """Whether lines are not lost any more."""
        return not self.failing and self.held() <= self._bound // 2

    def take_loss(self) -> tuple[int, int, float, int | None] | None:
        """What was lost: lines dropped and failed, since when, and the last error's number."""
        loss, self.loss = self.loss, None
        return None if loss is None else (loss[0], loss[1], loss[2], loss[3])

    def metrics(self) -> dict[str, Any]:
        """What has happened so far."""
        written = self.written_lines
        return {
            "queued_lines": len(self._lines) + self.lines_in_flight,
            "queued_bytes": self.held(),
            "written_lines": written,
            "written_bytes": self.written_bytes,
            "dropped_lines": self.dropped_lines,
            "failed_lines": self.failed_lines,
            "latency_last": self.latency_last,
            "latency_mean": self.latency_total / written if written else 0.0,
            "latency_max": self.latency_max,
        }

    def end(self) -> None:
        """Let the thread end when all is written; no turn is taken, a frozen thread may have it."""
        self.ended = True
        self._wake()

    def abandon(self) -> int:
        """Give up all that is not written; how many lines."""
        self.abandoned = True
        lost = len(self._lines) + self.lines_in_flight
        self._lines.clear()
        if lost:
            self.lose(lost, 0)
        self._wake()
        self._open_gates()
        return lost
