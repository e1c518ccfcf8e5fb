"""
Whole lines onto a descriptor.

A signal handler may log, or raise, between any two bytecodes that the interpreter stops at: behind
a call, or where a loop goes back.  So what has to hold together is stored without a call between.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from tracefmt._python.checkpoint import Checkpoint
from tracefmt._python.encoder import Encoder
from tracefmt._python.loss import Loss, added, without_one

# How many bytes of lines are kept when an exception of a signal handler ends a call.
_KEPT_WHEN_INTERRUPTED = 1 << 16

# How long a wait for the descriptor lasts at most; a signal may have come just before.
_PATIENCE = 500

_NO_TURN: AbstractContextManager[Any] = nullcontext()


class Sink:
    """
    Writes lines to a descriptor, one after the other; it does not own the descriptor.

    Args:
        descriptor: an open file descriptor.
        buffer_size: lines are kept until they are more bytes than this; 0 keeps none.
        checkpoint: what is asked before lines go to a file that may have to change.
        drops: whether lines that a non-blocking descriptor does not take at once are dropped.
    """

    _waiting: list[bytes]
    _in_hand: tuple[bytes, list[int]] | None
    _unfinished: bool
    _loss: Loss | None

    def __init__(
        self,
        descriptor: int,
        buffer_size: int = 0,
        checkpoint: Checkpoint | None = None,
        drops: bool = False,
    ) -> None:
        self._descriptor = descriptor
        self._buffer_size = buffer_size
        self._checkpoint = checkpoint
        self._drops = drops
        self._forks = 0  # how often this process is the child of one that had this sink
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
        with self._turn():
            if self._writer != threading.get_ident():
                self._write_in_turn(b"")

    def between_lines(self, call: Callable[[], object]) -> None:
        """
        Write what waits and call a function while no line is half written.

        That is now, or behind the line that this thread has in hand.
        """
        self._errands.append(call)
        self.flush()

    def start_on_new_line(self) -> None:
        """Begin the next line on a new one: what the descriptor has ends within a line."""
        self._torn = True

    def loss_has_ended(self) -> bool:
        """Whether lines have been lost, and are not any more."""
        return self._loss is not None and not self._failing

    def take_loss(self) -> tuple[int, int, float, int | None] | None:
        """What has been lost: lines dropped and failed, since when, and the last error's number."""
        loss, self._loss = self._loss, None
        return loss

    def lose(
        self, dropped: int, failed: int, since: float | None = None, error: int | None = None
    ) -> None:
        """Count lines as lost, of which nobody has said so."""
        self._loss = added(self._loss, dropped, failed, since, error)

    def report(self, line: bytes) -> bool:
        """Write a line about lost ones; False where it is lost itself, which is not counted."""
        with self._turn():
            if self._writer == threading.get_ident():
                self._keep(line + b"\n")
                return True
            before = 0 if self._loss is None else self._loss.count
            self._keep(line + b"\n")
            with suppress(OSError):  # it is as bad as it was
                self._write_in_turn(b"")
            if self._loss is None or self._loss.count <= before:
                return True
            self._loss = without_one(self._loss)  # the newest is lost first, and that is this one
            return False

    def inherit(self, old: Sink) -> None:
        """Take over from a sink that is not used any more: what waits, and what it lost."""
        with old._turn():
            if old._writer == threading.get_ident():
                return
            old._settle()
            waiting, old._waiting = old._waiting, []
            unfinished, old._unfinished = old._unfinished, False
            loss, old._loss = old._loss, None
        if loss is not None:
            self.lose(*loss)
        if unfinished:
            self.lose(0, 1)
        for line in waiting[1:] if unfinished else waiting:
            self._keep(line)

    def abandon(self) -> None:
        """Count what waits as lost: nobody will write it."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        if waiting:
            self.lose(0, len(waiting))
        if self._unfinished:
            self._unfinished, self._torn = False, True

    def after_fork(self) -> None:
        """In a child process: forget what the parent will write, and whose turn it was."""
        if self._checkpoint is not None:
            self._checkpoint.wake()  # the parent may change the file
        self._errands: list[Callable[[], object]] = []  # what has to be done between two lines
        self._lock = threading.RLock()  # held by the thread whose turn it is to write
        self._forks += 1
        self._writer = 0  # that thread, while it writes
        self._waiting = []
        self._size = 0  # of what waits, in bytes
        self._in_hand = None  # lines, and what the kernel took
        self._torn = False  # the last write ended within a line, whose rest is lost
        self._unfinished = False  # it did, and what waits begins with its rest
        self._failing = False  # the last write did not take all
        self._loss = None

    def _turn(self) -> AbstractContextManager[Any]:
        """What is held during a turn: nothing any more when no other thread will ever run."""
        return _NO_TURN if sys.is_finalizing() else self._lock

    def _write_line(self, line: bytes) -> None:
        if self._buffer_size > 0:
            self._end_file_in_time()
            if self._keep(line):
                self.flush()
            return
        with self._turn():
            if self._writer == threading.get_ident():
                self._keep(line)  # a signal handler logs while this thread writes: behind that line
            else:
                self._write_in_turn(line)

    def _keep(self, line: bytes) -> bool:
        """Put a line behind those that wait; True where these are more than they should be."""
        self._waiting.append(line)
        self._size += len(line)
        return self._size > self._buffer_size

    def _end_file_in_time(self) -> None:
        """End a file whose time is over before a line is kept that belongs to the next."""
        checkpoint = self._checkpoint
        if checkpoint is not None and not checkpoint.waiting_too and checkpoint.is_due():
            self.between_lines(checkpoint.look_at_time)

    def _write_in_turn(self, line: bytes) -> None:
        """Write a line behind those that wait; do what has to be done between lines in any case."""
        try:
            self._writer = threading.get_ident()
            self._settle()
            try:
                goes_on = self._write_behind(line)
            except BaseException:
                self._run_errands()
                raise
            while self._errands:
                self._run_errands()
                goes_on = goes_on and self._write_behind(b"")
        finally:
            self._writer = 0

    def _write_behind(self, line: bytes) -> bool:
        """Write a line behind those that wait, as far as the descriptor takes them."""
        if self._waiting:
            if line:
                self._keep(line)
        elif line and not self._put(line, 0, clock=True):
            return False
        clock = self._checkpoint is not None and self._checkpoint.waiting_too
        while self._waiting:
            count = len(self._waiting)
            if not self._put(b"".join(self._waiting[:count]), count, clock):
                return False
        return True

    def _run_errands(self) -> None:
        while self._errands:
            self._errands.pop(0)()

    def _put(self, lines: bytes, count: int, clock: bool) -> bool:
        """
        Write lines, behind a torn one on a new line; False where there is no more room for now.

        Args:
            lines: whole lines, but for the first, which may be the rest of one.
            count: how many there are of them, of those that wait; 0 if they have not waited.
            clock: whether they go to another file when the time of this one is over.
        """
        checkpoint, forks, written = self._checkpoint, self._forks, list[int]()
        in_hand = (b"\n" + lines if self._torn else lines, written)
        rest = memoryview(in_hand[0])
        # what ends a torn line belongs to the file that has it
        admitted = len(rest) if checkpoint is None else int(self._torn)
        self._in_hand = in_hand
        del self._waiting[:count]
        self._size = 0 if not self._waiting else self._size - len(lines)
        try:
            while rest:
                if checkpoint is not None and admitted == 0:
                    admitted = self._admitted(checkpoint, rest, clock)
                done = len(written)
                self._write_some(rest[:admitted], written)
                if self._forks != forks:  # a signal handler forked: the rest is the parent's
                    return False
                if len(written) > done:
                    rest, admitted = rest[written[-1] :], admitted - written[-1]
                    if checkpoint is not None:
                        checkpoint.spend(written[-1])
        except BlockingIOError:
            if self._in_hand is not in_hand:
                raise
            self._keep_rest(in_hand, None, is_full=True)
            return False
        except OSError as error:
            if self._in_hand is in_hand:
                self._keep_rest(in_hand, error.errno, interrupted=error.errno is None)
            raise
        self._in_hand, self._torn, self._unfinished, self._failing = None, False, False, False
        return True

    def _admitted(self, checkpoint: Checkpoint, rest: memoryview, clock: bool) -> int:
        try:
            return checkpoint.admit(rest, clock)
        except Exception:
            if self._in_hand is not None:
                self._keep_rest(self._in_hand, None)
            raise

    def _write_some(self, data: memoryview, written: list[int]) -> None:
        """Write once; how much was taken is noted before any signal handler can run."""
        try:
            written.extend(map(os.write, (self._descriptor,), (data,)))
        except BlockingIOError:  # it would have to wait, and was told not to
            if self._drops:
                raise
            poll = select.poll()
            poll.register(self._descriptor, select.POLLOUT)
            poll.poll(_PATIENCE)

    def _settle(self) -> None:
        """Put back what an exception of a signal handler has left in hand."""
        if self._in_hand is not None:
            self._keep_rest(self._in_hand, None, interrupted=True)

    def _keep_rest(
        self,
        in_hand: tuple[bytes, list[int]],
        error: int | None,
        *,
        is_full: bool = False,
        interrupted: bool = False,
    ) -> None:
        """
        Put lines that were not written before those that wait.

        The rest of a line that was begun is lost, unless the descriptor was only full; so are the
        newest lines, where there is no room for all.
        """
        data, counts = in_hand
        written = sum(counts)
        if self._checkpoint is not None:
            self._checkpoint.wake()  # nobody knows how much is in the file
        within = data[written - 1 : written] != b"\n" if written else self._unfinished
        torn = (self._torn and not written) or (within and not is_full)
        rest = data[1:] if self._torn and not written else data[written:]
        lost = 0
        if within and not is_full:
            rest, lost = rest[_end_of_line(rest) :], 1
        room = max(self._buffer_size, _KEPT_WHEN_INTERRUPTED if interrupted else 0)
        unfinished = within and is_full
        count = len(self._waiting)
        kept: list[bytes] = []
        size = 0
        for line in [*_lines(rest), *self._waiting[:count]]:
            if size + len(line) <= room or (unfinished and not kept):
                kept.append(line)
                size += len(line)
            else:
                lost, room = lost + 1, 0
        loss = self._loss
        if lost:
            if interrupted:
                from errno import EINTR as error  # noqa: N811, PLC0415  # few are
            loss = added(loss, lost if is_full else 0, 0 if is_full else lost, None, error)
        # a signal handler may have put lines behind those that have just been looked at
        self._waiting[:count], self._size, self._loss, self._in_hand = kept, size, loss, None
        self._torn, self._unfinished, self._failing = torn, unfinished, True


def _lines(data: bytes) -> list[bytes]:
    """Return whole lines, each with its line end; no other byte ends one."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


def _end_of_line(lines: bytes) -> int:
    """Return how many bytes the first line has."""
    return lines.find(b"\n") + 1 or len(lines)
