"""A handler that begins a new file when one is old enough."""

from __future__ import annotations

import datetime
import logging
import logging.handlers
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._rotating import Limits, RotatingFile
from tracefmt.stdlib._rotating_file_handler import check_count


class TimedRotatingFileHandler(RotatingFile, logging.handlers.TimedRotatingFileHandler):
    """
    A `logging.handlers.TimedRotatingFileHandler` that appends each line with one ``write(2)``.

    Times, names, options and hooks are logging's: with ``when="midnight"``, ``app.jsonl`` becomes
    ``app.jsonl.2026-11-24`` with the first line of the next day.  Lines that a buffer holds at that
    time go to the file of their day.  No line is lost or torn at a rollover, as for
    `RotatingFileHandler`, nor is an old file of the same name overwritten: the second one of a day
    is ``app.jsonl.2026-11-24.1``.  One process may rotate a file, as there.

    Args:
        filename: the path.
        when: the unit of `interval`: ``"S"``, ``"M"``, ``"H"``, ``"D"``, ``"midnight"``, or
            ``"W0"`` (Monday) to ``"W6"``.
        interval: after how many of them a new file begins.
        backupCount: how many old files are kept; 0 keeps all.
        encoding: UTF-8, which is what JSON is; anything else is refused.
        delay: open the file at the first record.
        utc: count in UTC rather than in local time.
        atTime: when on the day, for ``"midnight"`` and ``"W0"`` to ``"W6"``.
        errors: not used; there for logging's signature.
        namer: makes the name of an old file from logging's.
        rotator: renames a file, or compresses it; given the old path and the new one.
        formatter, buffer_size, flush_level, flush_interval: as for `StreamHandler`.
        permissions, follow_symlinks: as for `FileHandler`.

    Raises:
        ConfigurationError: an option cannot work, or another process has the file.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, pathlib, tempfile, tracefmt
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "app.jsonl")
        >>> formatter = tracefmt.Formatter(exclude=["timestamp"])
        >>> handler = tracefmt.TimedRotatingFileHandler(
        ...     path, when="midnight", backupCount=7, formatter=formatter
        ... )
        >>> handler.emit(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        >>> handler.close()
        >>> print(path.read_text(), end="")
        {"level":"info","logger":"app","message":"up"}
        >>> folder.cleanup()
    """

    _OURS = True
    _stdlib: Any = logging.handlers.TimedRotatingFileHandler

    def __init__(
        self,
        filename: str | os.PathLike[str],
        when: str = "h",
        interval: int = 1,
        backupCount: int = 0,  # noqa: N803  # logging's name
        encoding: str | None = None,
        delay: bool = False,
        utc: bool = False,
        atTime: datetime.time | None = None,  # noqa: N803
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
        check_count(backupCount, "backupCount", "files")
        check_count(interval, "interval", "units", 1)
        self._set_up(formatter, buffer_size, flush_level, flush_interval)
        self._set_up_rotation(filename, encoding, delay, permissions, follow_symlinks)
        times = (when, interval, backupCount)

        def constructor() -> None:
            try:
                self._stdlib.__init__(self, filename, *times, "utf-8", delay, utc, atTime, errors)
            except (ValueError, AttributeError) as error:
                msg = (
                    f"when={when!r}: write 'S', 'M', 'H', 'D', 'midnight' or 'W0' to 'W6' ({error})"
                )
                raise ConfigurationError(msg) from error

        self._construct(constructor, namer, rotator)

    def rotation_filename(self, default_name: str) -> str:
        """Return the name of an old file; at a rollover, one that no file has yet."""
        name = super().rotation_filename(default_name)
        number = 0
        while self._rolling == threading.get_ident() and os.path.exists(name):  # noqa: PTH110
            number += 1
            following = super().rotation_filename(f"{default_name}.{number}")
            if following == name:  # the namer has a name of its own, whatever it is given
                os.remove(name)  # noqa: PTH107  # logging up to 3.12 does, later it would give up
                break
            name = following
        return name

    def getFilesToDelete(self) -> list[str]:  # noqa: N802  # logging's name
        """Return which old files are too many: logging's choice, and what numbers follow them."""
        found: list[str] = super().getFilesToDelete()
        if self.namer is not None or self.extMatch.fullmatch(time.strftime(self.suffix) + ".1"):
            return found  # logging has seen those with a number itself
        for path in found[:]:
            number = 1
            while os.path.exists(following := f"{path}.{number}"):  # noqa: PTH110
                found.append(following)
                number += 1
        return found

    def _is_over(self, _descriptor: int, _size: int) -> bool:
        return bool(self._stdlib.shouldRollover(self, None))

    def _limits(self, _descriptor: int) -> Limits:
        due, now = int(self.rolloverAt) * 1_000_000_000, time.time_ns()
        return None, due if due > now else now + 1_000_000_000
