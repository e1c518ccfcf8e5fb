"""Handlers that put each line on a descriptor with one system call."""

from __future__ import annotations

import io
import logging
import os
from typing import Any, TextIO

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._formatter import Formatter
from tracefmt.stdlib._sink import descriptor_of, write_line


class _LineHandler(logging.StreamHandler[Any]):
    """What both handlers share: a formatter of ours by default, and one write for one record."""

    _descriptor: int | None = None
    _stream: Any = None

    def __init_line__(self, formatter: logging.Formatter | None) -> None:
        self.setFormatter(Formatter() if formatter is None else formatter)

    @property  # type: ignore[override]
    def stream(self) -> Any:
        """The stream that lines go to; its descriptor is looked up whenever it changes."""
        return self._stream

    @stream.setter
    def stream(self, stream: Any) -> None:
        self._stream = stream
        self._descriptor = None if stream is None else descriptor_of(stream)
        self._binary = isinstance(stream, (io.RawIOBase, io.BufferedIOBase))

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802  # logging's name
        """Set the formatter; None stands for logging's default text format, as in logging."""
        super().setFormatter(fmt)
        self._encode = _bytes_method(fmt)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line; an error goes to `handleError` and never to the caller."""
        try:
            line = self._encode_line(record)
            if self._descriptor is not None:
                self._stream.flush()  # text written to the stream itself comes out before
                write_line(self._descriptor, line)
            elif self._binary:
                self._stream.write(line)
                self.flush()
            else:
                self._stream.write(line.decode("utf-8", "backslashreplace"))
                self.flush()
        except Exception:
            self.handleError(record)

    def _encode_line(self, record: logging.LogRecord) -> bytes:
        if self._encode is not None:
            return self._encode(record) + b"\n"
        text = self.format(record) + self.terminator
        return text.encode("utf-8", "backslashreplace")


def _bytes_method(formatter: logging.Formatter | None) -> Any:
    """Return the formatter's way to bytes, or None where it makes text by a method of its own."""
    if not isinstance(formatter, Formatter):
        return None
    if type(formatter).format is not Formatter.format:
        return None
    return formatter.format_bytes


class StreamHandler(_LineHandler):
    """
    A `logging.StreamHandler` that writes each line to the stream's descriptor, as bytes.

    The line is with the kernel when the call returns.  A stream without a descriptor of its own
    (`io.StringIO`, pytest's capture, a wrapper) gets text through its ``write``, as in logging; a binary
    stream gets bytes.

    Args:
        stream: where to write; `sys.stderr` if None.
        formatter: a formatter; ``tracefmt.Formatter()`` if None.

    Example:
        >>> import io, logging, tracefmt
        >>> out = io.StringIO()
        >>> handler = tracefmt.StreamHandler(out, formatter=tracefmt.Formatter(exclude=["timestamp"]))
        >>> handler.handle(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        True
        >>> print(out.getvalue(), end="")
        {"level":"info","logger":"app","message":"up"}
    """

    def __init__(
        self, stream: Any = None, *, formatter: logging.Formatter | None = None
    ) -> None:
        super().__init__(stream)
        self.__init_line__(formatter)


class FileHandler(_LineHandler, logging.FileHandler):
    """
    A `logging.FileHandler` that appends each line with one ``write(2)``.

    The file is opened with ``O_APPEND``, so that several processes may write to it.

    Args:
        filename: the path.
        mode: ``"a"`` appends, ``"w"`` empties the file first, ``"x"`` demands a new one.
        encoding: UTF-8, which is what JSON is; anything else is refused.
        delay: open the file at the first record.
        errors: not used, since every line is valid UTF-8; there for logging's signature.
        formatter: a formatter; ``tracefmt.Formatter()`` if None.

    Raises:
        ConfigurationError: the mode or the encoding cannot work.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, tempfile, tracefmt
        >>> path = tempfile.mktemp(suffix=".jsonl")
        >>> handler = tracefmt.FileHandler(path, formatter=tracefmt.Formatter(exclude=["timestamp"]))
        >>> handler.handle(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))
        True
        >>> handler.close()
        >>> print(open(path).read(), end="")
        {"level":"info","logger":"app","message":"up"}
    """

    def __init__(  # noqa: PLR0913  # logging's own signature
        self,
        filename: str | os.PathLike[str],
        mode: str = "a",
        encoding: str | None = None,
        delay: bool = False,  # noqa: FBT001, FBT002  # logging's own signature
        errors: str | None = None,
        *,
        formatter: logging.Formatter | None = None,
    ) -> None:
        if mode not in ("a", "w", "x"):
            msg = f"mode={mode!r}: write 'a' to append, 'w' to empty the file first, 'x' for a new one"
            raise ConfigurationError(msg)
        if encoding is not None and encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
            msg = f"encoding={encoding!r}: JSON is UTF-8 (RFC 8259); leave encoding out"
            raise ConfigurationError(msg)
        logging.FileHandler.__init__(self, filename, mode, "utf-8", delay, errors)
        self.__init_line__(formatter)

    def _open(self) -> TextIO:
        return open(  # type: ignore[return-value]  # noqa: SIM115  # the handler closes it
            self.baseFilename, self.mode, encoding="utf-8", errors=self.errors, opener=_append
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Open the file if that was put off, and write the record's line."""
        if self._stream is None:
            if self.mode == "w" and getattr(self, "_closed", False):
                return  # logging's rule: a closed handler does not empty the file again
            try:
                self.stream = self._open()
            except OSError:
                self.handleError(record)
                return
        _LineHandler.emit(self, record)


def _append(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_APPEND | os.O_CLOEXEC, 0o666)
