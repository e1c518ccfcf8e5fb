"""The thread that writes what is queued."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
import time
from collections import deque
from typing import Any, TypeAlias

# Lines are joined up to what a pipe takes whole (PIPE_BUF), so that those of several processes on
# one pipe do not mix; a longer line is written alone.
_BATCH = 4096

_STDERR = 2

# Its number, when it came, whether it may be dropped, and the line with its newline.
Line: TypeAlias = "tuple[int, float, bool, bytes]"


class Writer:
    """
    The half of a queue that writes; it runs in a thread.

    Args:
        descriptor: an open file descriptor.
        bound: how many bytes may wait.
        watched: lines fail where the descriptor leads to another file than it did.
    """

    def __init__(self, descriptor: int, bound: int, watched: bool) -> None:
        self.descriptor = descriptor
        # which file it leads to; not asked of the standard streams, which may be redirected
        self._file = _file_of(descriptor) if watched and descriptor > _STDERR else None
        self._bound = bound
        self._turn = threading.RLock()  # whose turn it is to change the queue
        self._busy = False  # somebody is in the middle of it
        self._lines: deque[Line] = deque()
        self._size = 0  # of these, in bytes
        self._late: deque[bytes] = deque()  # of a thread that is inside already
        self._waiting: deque[Any] = deque()  # locks that callers wait at
        self._work = threading.Lock()  # where the thread waits for lines
        self._work.acquire()
        self._asleep = False
        self._running = False  # there is a thread
        self._torn = False  # the last write ended within a line
        self.thread: int | None = None
        self.ended = self.abandoned = False
        self.newest = self.done = 0  # numbers of lines
        self.in_flight = self.lines_in_flight = 0  # what has been taken and is not written yet
        self.failing = False  # the last write ended with an error
        self.failure: tuple[int, int, int] | None = None  # which lines failed, and why
        self.unreported = False  # nobody has been told of it
        self.loss: list[Any] | None = None
        self.written_lines = self.written_bytes = self.dropped_lines = self.failed_lines = 0
        self.latency_last = self.latency_total = self.latency_max = 0.0

    def held(self) -> int:
        """How many bytes wait, in all."""
        return self._size + self.in_flight

    def push(self, line: bytes, droppable: bool) -> int:
        """Put a line behind the others, inside a turn: its number."""
        if not self._lines:
            self._size = 0  # an exception of a signal handler may have come between these two
        self._size += len(line)
        self.newest += 1
        self._lines.append((self.newest, time.perf_counter(), droppable, line))
        return self.newest

    def lose(self, dropped: int, failed: int, error: int | None = None) -> None:
        """Count what is lost."""
        self.dropped_lines += dropped
        self.failed_lines += failed
        loss = self.loss
        if loss is None:
            loss = self.loss = [0, 0, time.time(), None]
        loss[0] += dropped
        loss[1] += failed
        loss[3] = loss[3] if error is None else error

    def last_error(self) -> OSError:
        """The error that the descriptor gave last."""
        code = 0 if self.failure is None else self.failure[2]
        return OSError(code, os.strerror(code))

    def run(self) -> None:
        """Write lines as they come, until the queue has ended and all is written."""
        self.thread = threading.get_ident()
        while True:
            batch = self._take()
            if batch:
                self._finish(batch, *self._write(batch))
            elif not self._sleep():
                return

    def run_here(self) -> None:
        """Write what is there, in a caller, where no thread can be had."""
        self.thread = threading.get_ident()
        while batch := self._take():
            self._finish(batch, *self._write(batch))
        self.thread, self._running = None, False

    def _take(self) -> list[Line]:
        with self._turn:
            self._busy = True
            while self._late:
                self.push(self._late.popleft(), False)
            batch: list[Line] = []
            size = 0
            while self._lines and (not batch or size + len(self._lines[0][3]) <= _BATCH):
                line = self._lines.popleft()
                batch.append(line)
                size += len(line[3])
            self._size -= size
            self.in_flight, self.lines_in_flight = size, len(batch)
            self._busy = False
        return batch

    def _sleep(self) -> bool:
        """Wait for lines; False where there is nothing to wait for."""
        with self._turn:
            if self._lines or self._late:
                return True
            if self.ended or self.abandoned:
                self._running = False
                self.thread = None
                return False
            self._asleep = True
        if self.ended or self.abandoned:  # said just before, to nobody
            return True
        self._work.acquire()
        return True

    def _wake(self) -> None:
        if self._asleep:
            with contextlib.suppress(RuntimeError):  # somebody else has done it
                self._work.release()
            self._asleep = False

    def _write(self, batch: list[Line]) -> tuple[int, int | None]:
        """Write a batch: how many bytes the kernel took, and the number of the error if any."""
        if self._file is not None and _file_of(self.descriptor) != self._file:
            return 0, errno.EBADF  # closed, and another's by now
        data = b"".join([b"\n" if self._torn else b"", *[line[3] for line in batch]])
        rest, written = memoryview(data), 0
        while rest:
            try:
                some = os.write(self.descriptor, rest)
            except BlockingIOError:
                poll = select.poll()
                poll.register(self.descriptor, select.POLLOUT)
                poll.poll()
                some = 0
            except OSError as error:
                return written, error.errno or 0
            written += some
            rest = rest[some:]
            if self.abandoned:
                break
        return written, None

    def _finish(self, batch: list[Line], written: int, error: int | None) -> None:
        """Count what has been written and what failed, and wake who waits for it."""
        now = time.perf_counter()
        left = max(written - self._torn, 0)
        whole = 0
        for _, since, _, line in batch:
            if len(line) > left:
                break
            left -= len(line)
            whole += 1
            self.written_lines += 1
            self.written_bytes += len(line)
            self.latency_last = now - since
            self.latency_total += now - since
            self.latency_max = max(self.latency_max, now - since)
        with self._turn:
            self._busy = True
            if error is not None:
                first, last = batch[whole][0], batch[-1][0]
                if self.failing and self.failure is not None:
                    first = self.failure[0]
                self.failure = (first, last, error)
                self.unreported = self.unreported or not self.failing
                self.failing = True
                self.lose(0, len(batch) - whole, error)
            elif whole == len(batch):
                self.failing = False
            self._torn = left > 0 or (written == 0 and self._torn)
            self.done = batch[-1][0] if self._lines else self.newest  # which may be dropped
            self.in_flight = self.lines_in_flight = 0
            self._busy = False
        self._open_gates()

    def _open_gates(self) -> None:
        while self._waiting:
            try:
                self._waiting.popleft().release()
            except IndexError:
                return  # who waited there has gone


def _file_of(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino
