"""A handler for a file that it opens itself."""

from __future__ import annotations

import io
import logging
import os
from typing import Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._line_handler import LineHandler


class FileHandler(LineHandler, logging.FileHandler):
    """
    A `logging.FileHandler` that appends each line with one ``write(2)``.

    The file is opened with ``O_APPEND``, so that several processes may write to it.

    Args:
        filename: the path.
        mode: ``"a"`` appends, ``"w"`` empties the file first, ``"x"`` demands a new one.
        encoding: UTF-8, which is what JSON is; anything else is refused.
        delay: open the file at the first record.
        errors: not used, since every line is valid UTF-8; there for logging's signature.
        formatter, buffer_size, flush_level, flush_interval, background, background_options: as for
            `StreamHandler`.

    Raises:
        ConfigurationError: an option cannot work.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, pathlib, tempfile, tracefmt
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "app.jsonl")
        >>> formatter = tracefmt.Formatter(exclude=["timestamp"])
        >>> handler = tracefmt.FileHandler(path, formatter=formatter)
        >>> handler.emit(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        >>> handler.close()
        >>> print(path.read_text(), end="")
        {"level":"info","logger":"app","message":"up"}
        >>> folder.cleanup()
    """

    _OURS = True

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
        background: bool = False,
        **background_options: Any,
    ) -> None:
        if mode not in ("a", "w", "x"):
            msg = f"mode={mode!r}: write 'a' to append, 'w' to empty the file, 'x' for a new one"
            raise ConfigurationError(msg)
        if encoding is not None and encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
            msg = f"encoding={encoding!r}: JSON is UTF-8 (RFC 8259); leave encoding out"
            raise ConfigurationError(msg)
        self._set_up(
            *(formatter, buffer_size, flush_level, flush_interval),
            *(background, background_options),
        )
        logging.FileHandler.__init__(self, filename, mode, "utf-8", delay, errors)
        self.setFormatter(self._first_formatter)

    def _open(self) -> io.TextIOWrapper:
        raw = io.FileIO(self.baseFilename, self.mode, opener=_append)
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        """Open the file if that was put off, and write the record's line."""
        if self._stream is None:
            try:
                self._open_late()
            except OSError:
                self.handleError(record)
                return
            if self._stream is None:
                return
        LineHandler.emit(self, record)

    def _open_late(self) -> None:
        # logging's rule: a closed handler does not empty the file again
        if self._stream is None and not (self.mode == "w" and getattr(self, "_closed", False)):
            self.stream = self._open()


def _append(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_APPEND | os.O_CLOEXEC, 0o666)
