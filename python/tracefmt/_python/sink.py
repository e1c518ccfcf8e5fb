"""Whole lines onto a descriptor."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Any

from tracefmt._python.checkpoint import Checkpoint
from tracefmt._python.encoder import Encoder


class Sink:
    """
    Writes lines to a descriptor, one after the other; it does not own the descriptor.

    Args:
        descriptor: an open file descriptor.
        buffer_size: lines are kept until they are more bytes than this; 0 keeps none.
        checkpoint: what is asked before lines go to a file that may have to change.
    """

    def __init__(
        self, descriptor: int, buffer_size: int = 0, checkpoint: Checkpoint | None = None
    ) -> None:
        self._descriptor = descriptor
        self._buffer_size = buffer_size
        self._checkpoint = checkpoint
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

    def between_lines(self, call: Callable[[], object]) -> None:
        """
        Write what waits and call a function while no line is half written.

        That is now, or behind the line that this thread has in hand.
        """
        self._errands.append(call)
        self.flush()

    def after_fork(self) -> None:
        """In a child process: forget what the parent will write, and whose turn it was."""
        if self._checkpoint is not None:
            self._checkpoint.wake()  # the parent may change the file
        self._errands: list[Callable[[], object]] = []  # what has to be done between two lines
        self._turn = threading.RLock()  # whose turn it is to write
        self._writing = False
        self._waiting: list[bytes] = []
        self._size = 0  # of what waits, in bytes
        self._torn = False  # the last write ended within a line

    def _write_line(self, line: bytes) -> None:
        if self._buffer_size > 0:
            self._end_file_in_time()
            if self._keep(line):
                self.flush()
        elif not self._take_turn():
            self._keep(line)  # a signal handler logs while this thread writes: behind that line
        else:
            try:
                self._write_past(line, clock=True)
                self._write_waiting()
            finally:
                self._turn.release()

    def _end_file_in_time(self) -> None:
        """End a file whose time is over before a line is kept that belongs to the next."""
        checkpoint = self._checkpoint
        if checkpoint is not None and not checkpoint.waiting_too and checkpoint.is_due():
            self.between_lines(checkpoint.look_at_time)

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
        checkpoint = self._checkpoint
        while self._waiting or self._errands:
            waiting, self._waiting, self._size = self._waiting, [], 0
            try:
                if waiting:
                    clock = checkpoint is not None and checkpoint.waiting_too
                    self._write_past(b"".join(waiting), clock)
            finally:
                self._run_errands()

    def _run_errands(self) -> None:
        """Do what has to be done between lines; meanwhile this thread's own lines wait."""
        self._writing = True
        try:
            while self._errands:
                self._errands.pop(0)()
        finally:
            self._writing = False

    def _write_past(self, lines: bytes, clock: bool) -> None:
        """Write as many whole lines at a time as the checkpoint lets pass."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            self._write_all(lines)
            return
        rest = memoryview(lines)
        while rest:
            self._writing = True  # what the function logs waits for its turn
            try:
                admitted = checkpoint.admit(rest, clock)
            finally:
                self._writing = False
            try:
                self._write_all(rest[:admitted])
            except BaseException:
                checkpoint.wake()  # nobody knows how much is in the file
                raise
            checkpoint.spend(admitted)
            rest = rest[admitted:]

    def _write_all(self, data: bytes | memoryview) -> None:
        """Write all of it, whatever the kernel takes at a time; behind a torn line on a new one."""
        self._writing = True
        rest = memoryview(b"\n" + bytes(data) if self._torn else data)
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
