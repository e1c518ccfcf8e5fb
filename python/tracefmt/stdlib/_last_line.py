"""Whether a file ends within a line: whoever wrote it last may have been killed."""

from __future__ import annotations

import contextlib
import os
import stat
import time

# How often, a millisecond apart, another process is waited for that ends the same line.
_ROUNDS = 50


def continue_on_new_line(descriptor: int) -> bool:
    """
    End the last line of a file that lines are appended to, if it has no end.

    Several processes that open the file together end it once.  A process that has the file open
    already knows nothing of it, and its next line continues the torn one.

    Args:
        descriptor: of any file; only regular ones that are open with ``O_APPEND`` are looked at.

    Returns:
        Whether the line is still without its end, because there is no room even for that.
    """
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
            return False
        import fcntl  # noqa: PLC0415  # not on Windows, and not for a new file

        if not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND:
            return False
        # the descriptor is open for writing alone, and its path may be another file's by now
        reader = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except (ImportError, OSError):
        return False
    try:
        return _torn_at(reader) is not None and not _end_line(descriptor, reader)
    except OSError:
        return True
    finally:
        os.close(reader)


def _end_line(descriptor: int, reader: int) -> bool:
    import fcntl  # noqa: PLC0415

    for _ in range(_ROUNDS):
        try:
            fcntl.flock(reader, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process is here, or has its own use for the lock
            time.sleep(0.001)
        else:
            break
    for _ in range(_ROUNDS):
        size = _torn_at(reader)
        if size is None:
            return True
        # finding a hole takes the file's own lock, so that a write in progress is over behind this
        with contextlib.suppress(OSError):
            os.lseek(reader, 0, os.SEEK_HOLE)
        if _torn_at(reader) == size:
            return os.write(descriptor, b"\n") == 1
    return True  # somebody writes all the time


def _torn_at(reader: int) -> int | None:
    """Return the size of a file that ends within a line."""
    size = os.fstat(reader).st_size
    return size if size > 0 and os.pread(reader, 1, size - 1) not in (b"\n", b"") else None
