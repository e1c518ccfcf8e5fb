"""Whole lines onto a descriptor."""

from __future__ import annotations

import os
import select
import threading
from typing import Any

from tracefmt._python.encoder import Encoder


class Sink:
    """
    Writes lines to a descriptor, one after the other; it does not own the descriptor.

    Args:
        descriptor: an open file descriptor.
        buffer_size: lines are kept until they are more bytes than this; 0 keeps none.
    """

    def __init__(self, descriptor: int, buffer_size: int = 0) -> None:
        self._descriptor = descriptor
        self._buffer_size = buffer_size
        self.after_fork()

    @property
    def descriptor(self) -> int:
        """The file descriptor."""
        return self._descriptor

    def write(self, line: bytes) -> None:
        """Write one line, which has no newline yet."""
        self._write_line(line + b"\n")

    def emit(self, encoder: Encoder, record: Any) -> None:
        """Encode a record and write its line."""
        self._write_line(encoder.encode_record(record) + b"\n")

    def flush(self) -> None:
        """Write what waits in the buffer."""
        if self._take_turn():
            try:
                self._write_waiting()
            finally:
                self._turn.release()

    def after_fork(self) -> None:
        """In a child process: forget what the parent will write, and whose turn it was."""
        self._turn = threading.RLock()  # whose turn it is to write
        self._writing = False
        self._waiting: list[bytes] = []
        self._size = 0  # of what waits, in bytes
        self._torn = False  # the last write ended within a line

    def _write_line(self, line: bytes) -> None:
        if self._buffer_size > 0:
            if self._keep(line):
                self.flush()
        elif not self._take_turn():
            self._keep(line)  # a signal handler logs while this thread writes: behind that line
        else:
            try:
                self._write_all(line)
                self._write_waiting()
            finally:
                self._turn.release()

    def _keep(self, line: bytes) -> bool:
        """Put a line behind those that wait; True where these are more than they should be."""
        self._waiting.append(line)
        self._size += len(line)
        return self._size > self._buffer_size

    def _take_turn(self) -> bool:
        """Wait for the turn; False where this thread has it already."""
        self._turn.acquire()
        if self._writing:
            self._turn.release()
            return False
        return True

    def _write_waiting(self) -> None:
        while self._waiting:
            waiting, self._waiting, self._size = self._waiting, [], 0
            self._write_all(b"".join(waiting))

    def _write_all(self, data: bytes) -> None:
        """Write all of it, whatever the kernel takes at a time; behind a torn line on a new one."""
        self._writing = True
        rest = memoryview(b"\n" + data if self._torn else data)
        whole, was_torn = len(rest), self._torn
        # True until all is written: an exception of a signal handler may come at any bytecode
        self._torn = True
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        except OSError:
            self._torn = was_torn or len(rest) < whole
            raise
        else:
            self._torn = False
        finally:
            self._writing = False

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:  # it would have to wait, and was told not to
            poll = select.poll()
            poll.register(self._descriptor, select.POLLOUT)
            poll.poll()
            return 0
