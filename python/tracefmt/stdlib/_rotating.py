"""What handlers that rotate their file share: one process, and a new file at the old descriptor."""

from __future__ import annotations

import logging.handlers
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from tracefmt import _core
from tracefmt.stdlib._file_handler import FileHandler, check_encoding
from tracefmt.stdlib._file_lock import FileLock
from tracefmt.stdlib._line_handler import LineHandler
from tracefmt.stdlib._log_file import LogFile
from tracefmt.stdlib._stand_in import users_classes

Limits = tuple[int | None, int | None]
"""How many bytes there is room for, and until when (ns); None for no limit."""

_STREAM: Any = LineHandler.stream  # a property: `super()` has no way to set it

_FOLLOW_INTERVAL = 0.01
_RETRY_INTERVAL = 5.0

# What a subclass overrides to roll over by rules of its own.
_RULES = frozenset({"shouldRollover", "doRollover"})
_LIMITING = frozenset({"maxBytes", "backupCount", "rolloverAt"})


class RotatingFile(FileHandler, logging.handlers.BaseRotatingHandler):
    """
    A file that one process writes, and renames when logging's rules say so.

    The core counts bytes and looks at the clock; when a limit is reached it asks here, in the turn
    of the line that is next.  logging's own `doRollover` then renames, and the new file is put at
    the descriptor of the old one.
    """

    _OURS = True

    _stdlib: Any = None  # logging's class, whose rules and names these are
    _rolling: int | None = None  # the thread that rolls over
    _is_new = False  # whether it has put a new file in place
    _is_told = False  # whether a process that does not own the file has been told so
    _has_own_rules = False

    def _set_up_rotation(
        self,
        filename: Any,
        encoding: str | None,
        delay: bool,
        permissions: int | None,
        follow_symlinks: bool,
    ) -> None:
        check_encoding(encoding)
        self._file = LogFile(filename, permissions, follow_symlinks)
        if delay:
            self._file.check()
        self._lock = FileLock(self._file.path)
        self._lock.acquire()
        self._has_own_rules = any(not _RULES.isdisjoint(vars(kind)) for kind in users_classes(self))
        if not self._has_own_rules:
            self._checkpoint = _core.core.Checkpoint(_Ask(self), False)

    def _construct(self, constructor: Callable[[], None], namer: Any, rotator: Any) -> None:
        """Run logging's constructor, which opens the file; let go of the lock if that fails."""
        try:
            constructor()
            if namer is not None:
                self.namer = namer
            if rotator is not None:
                self.rotator = rotator
            self.setFormatter(self._first_formatter)
        except BaseException:
            self._close_file()
            raise

    @property
    def stream(self) -> Any:
        """The file; while it is rolled over, logging's code for that is told that none is open."""
        return None if self._rolling == threading.get_ident() else self._stream

    @stream.setter
    def stream(self, stream: Any) -> None:
        if self._rolling != threading.get_ident():
            _STREAM.__set__(self, stream)
        elif stream is not None:
            self._stream.flush()
            with stream:
                os.dup2(stream.fileno(), self._stream.fileno(), inheritable=False)
            self._is_new = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; what decides when to roll over holds from the next line on."""
        super().__setattr__(name, value)
        if name in _LIMITING and self._checkpoint is not None:
            self._checkpoint.wake()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line, behind a rollover where a subclass has rules for it."""
        if self._has_own_rules:
            try:
                if self.shouldRollover(record):  # type: ignore[attr-defined]  # logging's
                    if self._sink is not None:
                        self._sink.flush()  # it may close the stream
                    self.doRollover()
            except Exception:
                self.handleError(record)
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802  # logging's name
        """
        Begin a new file now, as logging does; from any thread.

        A line that is being written is finished first, in the old file.

        Raises:
            OSError: a file cannot be renamed or opened; lines go on to the one that was open.
        """
        if self._sink is None:
            self._stdlib.doRollover(self)
            return
        failed: list[BaseException] = []

        def roll() -> None:
            try:
                self._roll()
            except BaseException as error:  # another thread may be running this
                failed.append(error)

        self._sink.between_lines(roll)
        if failed:
            raise failed[0]
        if self._checkpoint is not None:
            self._checkpoint.wake()

    def _roll(self) -> None:
        """Let logging rename the files, and put a new one in place; in a turn."""
        self._is_new = False
        self._rolling = threading.get_ident()
        try:
            self._stdlib.doRollover(self)
            if not self._is_new:  # with `delay` logging leaves it to the next record, which is here
                self.stream = self._open()
        finally:
            self._rolling = None

    def _ask(self, size: int) -> Limits:
        """Roll over if the next line needs a new file, and return its limits; in a turn."""
        stream = self._stream
        if stream is None or stream.closed:
            return None, None
        descriptor = stream.fileno()
        try:
            if not self._lock.try_to_acquire():
                return self._follow()
            done = True
            if not self._file.is_at_path(descriptor):
                done = self._put_anew()  # a rollover has stopped halfway, or another has renamed it
            elif self._is_over(descriptor, size):
                self._roll()
            if done:
                return self._limits(descriptor)
        except Exception as error:  # whatever it was, lines have a place to go
            self._report("cannot roll over %s, lines go on to the file that was open: %s", error)
        return None, _in(_RETRY_INTERVAL)

    def _is_over(self, descriptor: int, size: int) -> bool:
        """Whether a line of that size has to go to a new file."""
        raise NotImplementedError

    def _limits(self, descriptor: int) -> Limits:
        """Return when that is to be asked again."""
        raise NotImplementedError

    def _follow(self) -> Limits:
        """In a process that does not own the file: write to whatever is at the path."""
        if not self._is_told:
            self._is_told = True
            self._report(
                "%s is rotated by another process; this one appends to it, and does not rotate: %s",
                self._lock.refusal(),
            )
        self._look()
        return None, _in(_FOLLOW_INTERVAL)

    def _open(self) -> Any:
        self._lock.try_to_acquire()  # a closed handler that is written to opens its file again
        return super()._open()

    def _close_file(self) -> None:
        super()._close_file()
        self._lock.release()


class _Ask:
    """What a checkpoint asks; does not keep the handler."""

    def __init__(self, handler: RotatingFile) -> None:
        self._handler = weakref.ref(handler)

    def __call__(self, size: int) -> Limits:
        handler = self._handler()
        return (None, None) if handler is None else handler._ask(size)  # noqa: SLF001  # its half


def _in(seconds: float) -> int:
    return time.time_ns() + int(seconds * 1e9)
