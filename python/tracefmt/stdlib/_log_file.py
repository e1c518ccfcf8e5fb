"""A log file by its path: how it is opened, and whether what is open is still the file there."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Any

from tracefmt.exceptions import ConfigurationError

_FLAGS = {
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "w": os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC,
    "x": os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL,
}
_ALL_BITS = 0o7777


class LogFile:
    """
    Opens the file at a path, to append.

    Args:
        path: where it is.
        permissions: the mode bits of a file that is created; None leaves them to the umask.
        follow_symlinks: False refuses a symbolic link at the path (``O_NOFOLLOW``).

    Raises:
        ConfigurationError: the permissions are no mode bits.
    """

    def __init__(
        self, path: str | os.PathLike[str], permissions: int | None, follow_symlinks: bool
    ) -> None:
        if permissions is not None and not _are_mode_bits(permissions):
            msg = f"permissions={permissions!r}: write mode bits as a number, such as 0o640"
            raise ConfigurationError(msg)
        self.path = os.path.abspath(path)  # noqa: PTH100  # pathlib is not imported for a handler
        self._permissions = permissions
        self._follow_symlinks = follow_symlinks
        self._extra = os.O_CLOEXEC | (0 if follow_symlinks else os.O_NOFOLLOW)

    def open(self, mode: str) -> int:
        """
        Open the file and return its descriptor.

        Args:
            mode: ``"a"``, ``"w"`` or ``"x"``, as for `open`.

        Raises:
            OSError: it cannot be opened.
        """
        flags = _FLAGS[mode] | self._extra
        if self._permissions is None:
            return os.open(self.path, flags, 0o666)
        while True:
            try:
                return self._create(flags | os.O_EXCL, self._permissions)
            except FileExistsError:
                if mode == "x":
                    raise
            try:
                return os.open(self.path, flags & ~os.O_CREAT)
            except FileNotFoundError:
                if os.path.islink(self.path):  # noqa: PTH114  # to a file that is to be created
                    return self._create(flags, self._permissions)
                # somebody has deleted it in between

    def _create(self, flags: int, permissions: int) -> int:
        descriptor = os.open(self.path, flags, permissions)
        os.fchmod(descriptor, permissions)  # the umask has taken bits away
        return descriptor

    def check(self) -> None:
        """
        Find out whether the file could be opened, without creating it.

        Raises:
            OSError: what opening it would raise.
        """
        import errno  # noqa: PLC0415  # for a handler that opens its file later

        if not self._follow_symlinks and os.path.islink(self.path):  # noqa: PTH114
            raise _error(errno.ELOOP, self.path)
        with contextlib.suppress(FileNotFoundError):
            is_folder = stat.S_ISDIR(os.stat(self.path).st_mode)  # noqa: PTH116
            if is_folder:
                raise _error(errno.EISDIR, self.path)
            if not os.access(self.path, os.W_OK, effective_ids=True):
                raise _error(errno.EACCES, self.path)
            return
        folder = os.path.dirname(os.path.realpath(self.path))  # noqa: PTH120
        try:
            os.stat(os.path.join(folder, "."))  # noqa: PTH116, PTH118
        except OSError as error:
            raise _error(error.errno or errno.ENOENT, self.path) from None
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            raise _error(errno.EACCES, self.path)

    def is_at_path(self, descriptor: int) -> bool:
        """Whether the open file is the one that the path leads to, by device and inode."""
        try:
            there = os.stat(  # noqa: PTH116
                self.path, follow_symlinks=self._follow_symlinks
            )
        except OSError:
            return False
        ours = os.fstat(descriptor)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def reopen_at(self, descriptor: int) -> None:
        """
        Open the file that the path leads to now, and put it at a descriptor that is in use.

        Nothing is emptied, whoever has created the file.  Where it fails, the descriptor keeps its
        file.

        Raises:
            OSError: it cannot be opened.
        """
        put_at(descriptor, self.open("a"))


def put_at(descriptor: int, opened: int) -> None:
    """Let a descriptor that is in use stand for a file that has been opened, and only that."""
    try:
        os.dup2(opened, descriptor, inheritable=False)
    finally:
        os.close(opened)


def _are_mode_bits(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _ALL_BITS


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
