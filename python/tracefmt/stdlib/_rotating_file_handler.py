"""A handler that begins a new file when one is large enough."""

from __future__ import annotations

import logging
import logging.handlers
import os
import stat
from collections.abc import Callable
from typing import Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._file_handler import check_mode
from tracefmt.stdlib._rotating import Limits, RotatingFile


class RotatingFileHandler(RotatingFile, logging.handlers.RotatingFileHandler):
    """
    A `logging.handlers.RotatingFileHandler` that appends each line with one ``write(2)``.

    Names, options and hooks are logging's: ``app.jsonl`` becomes ``app.jsonl.1``, and so on, when
    the next line would make it `maxBytes` or larger.  No line is lost or torn at a rollover,
    however many threads log.  One process may rotate a file: a second one is refused, by a lock on
    ``.app.jsonl.lock``.  A forked child appends to the file and follows its parent's rollovers; it
    is told so once, by `handleError`, and takes over when the parent has ended.

    A rollover that fails is reported, and lines go on to the file that was open.

    Args:
        filename: the path.
        mode: ``"a"``, or with ``maxBytes=0`` also ``"w"`` and ``"x"``.
        maxBytes: what a file stays below, in bytes; 0 never rolls over.  A longer line has a file
            to itself.
        backupCount: how many old files are kept; 0 never rolls over.
        encoding: UTF-8, which is what JSON is; anything else is refused.
        delay: open the file at the first record.
        errors: not used; there for logging's signature.
        namer: makes the name of an old file from logging's.
        rotator: renames a file, or compresses it; given the old path and the new one.
        formatter, buffer_size, flush_level, flush_interval: as for `StreamHandler`.
        permissions, follow_symlinks: as for `FileHandler`.

    Raises:
        ConfigurationError: an option cannot work, or another process has the file.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, os, pathlib, tempfile, tracefmt
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "app.jsonl")
        >>> formatter = tracefmt.Formatter(exclude=["timestamp"])
        >>> handler = tracefmt.RotatingFileHandler(
        ...     path, maxBytes=100, backupCount=5, formatter=formatter
        ... )
        >>> for number in range(5):
        ...     handler.emit(logging.makeLogRecord({"name": "app", "msg": f"line {number}"}))
        >>> handler.close()
        >>> sorted(path.name for path in path.parent.glob("app*"))
        ['app.jsonl', 'app.jsonl.1', 'app.jsonl.2', 'app.jsonl.3', 'app.jsonl.4']
        >>> folder.cleanup()
    """

    _OURS = True
    _stdlib: Any = logging.handlers.RotatingFileHandler

    def __init__(
        self,
        filename: str | os.PathLike[str],
        mode: str = "a",
        maxBytes: int = 0,  # noqa: N803  # logging's name
        backupCount: int = 0,  # noqa: N803
        encoding: str | None = None,
        delay: bool = False,
        errors: str | None = None,
        *,
        namer: Callable[[str], str] | None = None,
        rotator: Callable[[str, str], None] | None = None,
        formatter: logging.Formatter | None = None,
        buffer_size: int = 0,
        flush_level: int | str = logging.ERROR,
        flush_interval: float | None = None,
        permissions: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        check_mode(mode)
        check_count(maxBytes, "maxBytes", "bytes")
        check_count(backupCount, "backupCount", "files")
        self._set_up(formatter, buffer_size, flush_level, flush_interval)
        self._set_up_rotation(filename, encoding, delay, permissions, follow_symlinks)
        size = (maxBytes, backupCount)

        def constructor() -> None:
            self._stdlib.__init__(self, filename, mode, *size, "utf-8", delay, errors)

        self._construct(constructor, namer, rotator)

    def _is_over(self, descriptor: int, size: int) -> bool:
        status = os.fstat(descriptor)
        return (
            size > 0
            and status.st_size > 0
            and self._rolls(status)
            and status.st_size + size >= self.maxBytes
        )

    def _limits(self, descriptor: int) -> Limits:
        status = os.fstat(descriptor)
        return (max(self.maxBytes - status.st_size, 0) if self._rolls(status) else None), None

    def _rolls(self, status: os.stat_result) -> bool:
        return self.maxBytes > 0 and self.backupCount > 0 and stat.S_ISREG(status.st_mode)


def check_count(number: int, option: str, unit: str, least: int = 0) -> None:
    """
    See that an option is a number that counts something.

    Raises:
        ConfigurationError: it is not.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        msg = f"{option}={number!r}: write a number of {unit}, {least} or more"
        raise ConfigurationError(msg)
