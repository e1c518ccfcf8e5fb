"""Which process may rotate a file."""

from __future__ import annotations

import fcntl
import os
import weakref
from typing import Any

from tracefmt.exceptions import ConfigurationError


class FileLock:
    """
    An advisory lock (`flock(2)`) on a file beside the log file, held by one process.

    The kernel takes it back when the process ends, however it ends.  The log file itself cannot be
    what is locked: at a rollover it is another one for a moment.

    Args:
        path: the log file's; ``/var/log/app.jsonl`` is locked by ``/var/log/.app.jsonl.lock``.
    """

    def __init__(self, path: str) -> None:
        folder, name = os.path.split(path)
        self._log_path = path
        self.path = os.path.join(folder, f".{name}.lock")  # noqa: PTH118
        self._descriptor: int | None = None
        self._process = 0
        _locks.add(self)

    def acquire(self) -> None:
        """
        Take the lock; done again it does nothing.

        Raises:
            ConfigurationError: another process has it, or another handler of this one.
            OSError: the lock's file cannot be opened.
        """
        if not self.try_to_acquire():
            raise self.refusal()

    def refusal(self) -> ConfigurationError:
        """Return the error that says who has the lock, and what to do instead."""
        msg = (
            f"{self._log_path}: {self._owner()} has it open for rotation, and several cannot "
            "rotate one file; give each process a file of its own, or let them write with "
            "tracefmt.FileHandler(watch=True) and logrotate do the rotation"
        )
        return ConfigurationError(msg)

    def try_to_acquire(self) -> bool:
        """Take the lock if nobody has it, and say whether it is held."""
        if self.is_held():
            return True
        if os.path.exists(self._log_path) and not os.path.isfile(self._log_path):  # noqa: PTH110, PTH113
            return True  # a device or a pipe, which nobody rotates
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o666)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._process = os.getpid()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, b"%d\n" % self._process, 0)
        return True

    def is_held(self) -> bool:
        """Whether this process has the lock."""
        return self._process == os.getpid()

    def release(self) -> None:
        """Let go of the lock; a forked child does so at once, and its parent keeps its own."""
        descriptor, self._descriptor, self._process = self._descriptor, None, 0
        if descriptor is not None:
            os.close(descriptor)

    def _owner(self) -> str:
        try:
            with open(self.path, encoding="ascii") as file:  # noqa: PTH123
                number = int(file.read())
        except (OSError, ValueError):
            return "another process"
        return "another handler" if number == os.getpid() else f"process {number}"

    def __del__(self) -> None:
        self.release()


_locks: weakref.WeakSet[Any] = weakref.WeakSet()


def _release_after_fork() -> None:
    for lock in list(_locks):
        lock.release()


os.register_at_fork(after_in_child=_release_after_fork)
