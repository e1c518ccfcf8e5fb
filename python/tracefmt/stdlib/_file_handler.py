"""A handler for a file that it opens itself."""

from __future__ import annotations

import io
import logging
import os
import time
import weakref
from typing import Any

from tracefmt import _core
from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._line_handler import LineHandler
from tracefmt.stdlib._log_file import LogFile

WATCH_INTERVAL = 0.01
"""Seconds between two looks with ``watch=True``; a look costs as much as a line."""

_RETRY_INTERVAL = 1.0
_REPORT_INTERVAL = 60.0


class FileHandler(LineHandler, logging.FileHandler):
    """
    A `logging.FileHandler` that appends each line with one ``write(2)``.

    The file is opened with ``O_APPEND``, so that several processes may write to it, and a tool may
    copy and truncate it.  After a rename it can be opened anew: by `watch`, by `reopen_on`, or by
    a call of `reopen`.  No line is lost or torn then, and lines in the buffer go to the file that
    was open when they were logged, unless `watch` finds that this one has gone.  A file that cannot
    be opened anew is reported, by a line and to `handleError`, and lines go on to the old one.

    Args:
        filename: the path.
        mode: ``"a"`` appends, ``"w"`` empties the file first, ``"x"`` demands a new one.
        encoding: UTF-8, which is what JSON is; anything else is refused.
        delay: open the file at the first record; that it could be opened is checked at once.
        errors: not used, since every line is valid UTF-8; there for logging's signature.
        formatter, buffer_size, flush_level, flush_interval, background, background_options: as for
            `StreamHandler`.
        watch: open the file anew where another one, or none, is at its path: looked at before a
            write if the last look was 10 ms ago (True) or that many seconds, and at each flush.  0
            looks before every write, as `logging.handlers.WatchedFileHandler` does.
        reopen_on: a signal at which the file is opened anew, such as `signal.SIGHUP`; a handler
            that the signal has already is called as well.
        permissions: the mode bits of a file that is created, whatever the umask.
        follow_symlinks: False refuses a symbolic link at the path, now and whenever it is reopened.

    Raises:
        ConfigurationError: an option cannot work; `reopen_on` not in the main thread.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, pathlib, tempfile, tracefmt
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "app.jsonl")
        >>> formatter = tracefmt.Formatter(exclude=["timestamp"])
        >>> handler = tracefmt.FileHandler(path, formatter=formatter, permissions=0o640)
        >>> handler.emit(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        >>> handler.close()
        >>> print(path.read_text(), end="")
        {"level":"info","logger":"app","message":"up"}
        >>> folder.cleanup()
    """

    _OURS = True

    _watch: float | None = None
    _reopen_on: int | None = None
    _reported = -_REPORT_INTERVAL

    def __init__(
        self,
        filename: str | os.PathLike[str],
        mode: str = "a",
        encoding: str | None = None,
        delay: bool = False,
        errors: str | None = None,
        *,
        formatter: logging.Formatter | None = None,
        buffer_size: int = 0,
        flush_level: int | str = logging.ERROR,
        flush_interval: float | None = None,
        watch: bool | float = False,
        reopen_on: int | None = None,
        permissions: int | None = None,
        follow_symlinks: bool = True,
        background: bool = False,
        **background_options: Any,
    ) -> None:
        check_mode(mode)
        check_encoding(encoding)
        self._set_up(
            *(formatter, buffer_size, flush_level, flush_interval),
            *(background, background_options),
        )
        self._watch = _seconds(watch)
        if self._watch is not None:
            if background:
                msg = (
                    "watch and background: the thread does not look; write reopen_on=signal.SIGHUP"
                )
                raise ConfigurationError(msg)
            self._checkpoint = _core.core.Checkpoint(_Watch(self, self._watch), True)
        self._file = LogFile(filename, permissions, follow_symlinks)
        if delay:
            self._file.check()
        logging.FileHandler.__init__(self, filename, mode, "utf-8", delay, errors)
        self.setFormatter(self._first_formatter)
        if reopen_on is not None:
            self._reopen_at(reopen_on)

    def _reopen_at(self, signal_number: int) -> None:
        from tracefmt.stdlib import _reopen_signal  # noqa: PLC0415  # signal: few ask for it

        try:
            _reopen_signal.reopen_on(self, signal_number)
        except ConfigurationError:
            self.close()
            raise
        self._reopen_on = signal_number

    def _open(self) -> io.TextIOWrapper:
        raw = io.FileIO(self.baseFilename, self.mode, opener=self._opener)
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=self.errors)

    def _opener(self, _path: str, _flags: int) -> int:
        return self._file.open(self.mode)

    def emit(self, record: logging.LogRecord) -> None:
        """Open the file if that was put off, and write the record's line."""
        if self._stream is None:
            try:
                self._open_late()
            except Exception:
                self.handleError(record)
                return
            if self._stream is None:
                return
        LineHandler.emit(self, record)

    def _open_late(self) -> None:
        # logging's rule: a closed handler does not empty the file again
        if self._stream is None and not (self.mode == "w" and getattr(self, "_closed", False)):
            self.stream = self._open()

    def reopen(self) -> None:
        """
        Write what is buffered, and open the file at the path anew.

        To be called when the file has been renamed; may be called from any thread and from a signal
        handler.  A line that is being written is finished first, in the old file.  Where the file
        cannot be opened, the old one is kept, and that is reported.

        Example:
            >>> import os, pathlib, tempfile, tracefmt
            >>> folder = tempfile.TemporaryDirectory()
            >>> path = pathlib.Path(folder.name, "app.jsonl")
            >>> handler = tracefmt.FileHandler(path)
            >>> os.rename(path, f"{path}.1")
            >>> handler.reopen()
            >>> path.exists()
            True
            >>> handler.close()
            >>> folder.cleanup()
        """
        if self._sink is None:
            return  # the next record opens it
        if self._background is None:
            self._sink.between_lines(self._put_anew)
        else:
            self._drained()  # what is queued belongs to the old file
            self._put_anew()

    def _put_anew(self) -> bool:
        """Put the file at the path where the old one is; in a turn. False where that failed."""
        stream = self._stream
        if stream is None or stream.closed:
            return True
        try:
            stream.flush()
            self._file.reopen_at(stream.fileno())
        except Exception as error:  # whatever it was, lines have a place to go
            self._report("cannot reopen %s, lines go on to the file that was open: %s", error)
            return False
        return True

    def _look(self) -> bool:
        """Put the file anew if another one is at the path; in a turn. False where that failed."""
        stream = self._stream
        if stream is None or stream.closed or self._file.is_at_path(stream.fileno()):
            return True
        return self._put_anew()

    def _report(self, message: str, error: BaseException) -> None:
        """Say that a file could not be changed: in a line, and to `handleError`, once a minute."""
        if time.monotonic() - self._reported < _REPORT_INTERVAL:
            return
        self._reported = time.monotonic()
        arguments = (self.baseFilename, error)
        record = logging.LogRecord("tracefmt", logging.ERROR, "", 0, message, arguments, None)
        try:
            if self._sink is not None:
                self.write_line(self._line(record), logging.ERROR)
            raise error  # noqa: TRY301  # so that it is being handled
        except Exception:  # the one above, or one that a formatter raised
            self.handleError(record)

    def flush(self) -> None:
        """Write what is buffered; with `watch`, look first whether the file is still the one."""
        if self._watch is not None and self._checkpoint is not None:
            self._checkpoint.wake()
        super().flush()

    def close(self) -> None:
        """Write what is buffered and close the file; a record opens it again, unless mode is w."""
        if self._reopen_on is not None:
            from tracefmt.stdlib import _reopen_signal  # noqa: PLC0415

            _reopen_signal.forget(self)
        super().close()

    def _close_file(self) -> None:
        if self._sink is not None and self._background is None:
            self._sink.between_lines(self._close_stream)  # nobody reopens the file meanwhile

    def _close_stream(self) -> None:
        stream = self._stream
        if stream is not None:
            self.stream = None
            stream.close()


class _Watch:
    """What a checkpoint asks: looks at the file every so often."""

    def __init__(self, handler: FileHandler, interval: float) -> None:
        self._handler = weakref.ref(handler)
        self._interval = interval

    def __call__(self, _size: int) -> tuple[int | None, int | None]:
        handler = self._handler()
        if handler is None:
            return None, None
        interval = self._interval
        if not handler._look():  # noqa: SLF001  # the handler's own half
            interval = max(interval, _RETRY_INTERVAL)
        return None, time.time_ns() + int(interval * 1e9)


def _seconds(watch: bool | float) -> float | None:
    if watch is False or watch is None:
        return None
    if watch is True:
        return WATCH_INTERVAL
    if not isinstance(watch, (int, float)) or not 0 <= watch < float("inf"):
        msg = f"watch={watch!r}: write True, or the seconds between two looks, 0 for each write"
        raise ConfigurationError(msg)
    return float(watch)


def check_mode(mode: str) -> None:
    if mode not in ("a", "w", "x"):
        msg = f"mode={mode!r}: write 'a' to append, 'w' to empty the file, 'x' for a new one"
        raise ConfigurationError(msg)


def check_encoding(encoding: str | None) -> None:
    if encoding is not None and encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
        msg = f"encoding={encoding!r}: JSON is UTF-8 (RFC 8259); leave encoding out"
        raise ConfigurationError(msg)
