"""What the handlers share: a formatter of ours by default, one write for one record."""

from __future__ import annotations

import contextlib
import io
import logging
from typing import Any

from tracefmt import _core
from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._descriptor import descriptor_of
from tracefmt.stdlib._flush import IntervalFlusher, forget_after_fork
from tracefmt.stdlib._formatter import Formatter, bytes_method, plain_encoder
from tracefmt.stdlib._last_line import continue_on_new_line
from tracefmt.stdlib._level import level_number
from tracefmt.stdlib._loss import flush, give_up, is_for_files_alone, report_failure, report_loss
from tracefmt.stdlib._queueing import drops, queueing
from tracefmt.stdlib._stand_in import StandInHandler


class LineHandler(StandInHandler):
    """
    A handler whose lines go to a stream's descriptor, past the stream.

    A class of ours has `_OURS` in its namespace: what stands before it is a user's subclass.
    """

    _OURS = True

    _stream: Any = None
    _checkpoint: _core.LineCheckpoint | None = None  # asked before lines go to a file
    _buffer_size = 0
    _drops = False  # lines that a non-blocking descriptor does not take at once
    _background: Any = None  # how lines are queued for a thread, if they are

    def _set_up(
        self,
        formatter: logging.Formatter | None,
        buffer_size: int,
        flush_level: int | str,
        flush_interval: float | None,
        background: bool = False,
        background_options: dict[str, Any] | None = None,
    ) -> None:
        """Check the options that both handlers have, before logging's own constructor runs."""
        if not isinstance(buffer_size, int) or buffer_size < 0:
            msg = f"buffer_size={buffer_size!r}: write a number of bytes, 0 for no buffer"
            raise ConfigurationError(msg)
        if flush_interval is not None and not (flush_interval > 0 and buffer_size > 0):
            msg = f"flush_interval={flush_interval!r}: write seconds above 0, and a buffer_size"
            raise ConfigurationError(msg)
        self._buffer_size = buffer_size
        self._flush_level = level_number(flush_level, "flush_level")
        if flush_interval is not None:
            self._flusher = IntervalFlusher(self, flush_interval)
        options = background_options or {}
        if not background and options.keys() == {"when_full"}:
            self._drops = drops(options["when_full"])
        elif background or options:
            self._background = queueing(background, buffer_size, options)
        self._first_formatter = Formatter() if formatter is None else formatter

    @property
    def stream(self) -> Any:
        """The stream that lines go to; its descriptor is looked up whenever it changes."""
        return self._stream

    @stream.setter
    def stream(self, stream: Any) -> None:
        old = self._let_go()
        descriptor = None if stream is None else descriptor_of(stream)
        self._stream = stream
        self._sink = None
        if descriptor is not None:
            if self._background is not None:
                self._sink = self._background.sink(self, descriptor, self._flush_level)
                self._ready = stream.fileno
            else:
                options = (self._buffer_size, self._checkpoint, self._drops)
                self._sink = _core.core.Sink(descriptor, *options)
                forget_after_fork(self._sink)
                self._ready = _readiness(stream)
                if continue_on_new_line(descriptor):
                    self._sink.start_on_new_line()
                if old is not None:
                    self._sink.inherit(old)
                    old = None
        if old is not None:
            give_up(self, old)
        self._binary = isinstance(stream, (io.RawIOBase, io.BufferedIOBase))
        self._bind()

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802  # logging's name
        """Set the formatter; None stands for logging's default text format, as in logging."""
        super().setFormatter(fmt)
        self._encode = bytes_method(fmt)
        self._encoder = plain_encoder(fmt)
        if getattr(fmt, "_is_of_process", False):
            from tracefmt.stdlib._forked import follow  # noqa: PLC0415  # few are

            follow(self, fmt)
        self._bind()

    def _renew(self) -> None:
        self.setFormatter(self.formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line; an error goes to `handleError` and never to the caller."""
        try:
            sink = self._sink
            if sink is None:
                self._write_to_stream(self._line(record))
                return
            if self._background is not None:
                self._ready()
                self._queue(record, sink)
                return
            if self._buffer_size == 0:
                self._make_ready(sink)
            if self._encoder is not None and not self._formats:
                sink.emit(self._encoder, record)
            else:
                sink.write(self._line(record))
            if self._buffer_size > 0:
                self._after_buffering(record.levelno, sink)
            if sink.loss_has_ended():
                self._report_loss()
        except Exception:
            self.handleError(record)

    def _make_ready(self, sink: _core.LineSink) -> None:
        try:
            self._ready()
        except RuntimeError:
            pass  # a signal handler logs while the stream is being flushed
        except Exception:
            sink.lose(0, 1)
            raise

    def _report_loss(self) -> None:
        """Write a line that says what was lost."""
        if self._background is not None:
            self._background.report_loss(self, self._sink)
        elif self._sink is not None:
            report_loss(self, self._sink)

    def _queue(self, record: logging.LogRecord, sink: Any) -> None:
        if sink.loss_has_ended():
            self._report_loss()
        if self._encoder is not None and not self._formats:
            sink.emit(self._encoder, record)
        else:
            level = record.levelno
            sink.write(self._line(record), level if isinstance(level, int) else 0)

    def metrics(self) -> dict[str, float]:
        """
        Return what has happened to the lines of a handler with ``background=True`` so far.

        Returns:
            `queued_lines`, `queued_bytes`: what waits now; `written_lines`, `written_bytes`: what
            the kernel has taken; `dropped_lines`: for which there was no room; `failed_lines`:
            which the descriptor refused; `latency_last`, `latency_mean`, `latency_max`: seconds
            from the call to the end of the write.  Without ``background=True``: an empty dict.

        Example:
            >>> import tempfile, tracefmt
            >>> file = tempfile.NamedTemporaryFile("w", suffix=".jsonl")
            >>> handler = tracefmt.StreamHandler(file.file, background=True)
            >>> handler.metrics()["queued_lines"]
            0
        """
        sink = self._sink
        if self._background is None or sink is None:
            return {}
        metrics: dict[str, float] = sink.metrics()  # type: ignore[attr-defined]
        return metrics

    def _line(self, record: logging.LogRecord) -> bytes:
        if self._encode is not None and not self._formats:
            line: bytes = self._encode(record)
            return line
        return self.format(record).encode("utf-8", "backslashreplace")

    def _write_to_stream(self, line: bytes) -> None:
        if self._binary:
            self._stream.write(line + b"\n")
        else:
            self._stream.write(line.decode("utf-8", "backslashreplace") + self.terminator)
        self._stream.flush()

    def write_line(self, line: bytes | str, level: int) -> None:
        """
        Write a line that is ready, where the lines of records go; errors are raised.

        Args:
            line: one line without a newline, as UTF-8 or text.
            level: of this level and above lines do not stay in the buffer.
        """
        if isinstance(line, str):
            line = line.encode("utf-8", "backslashreplace")
        sink = self._sink
        if sink is not None:
            if self._background is not None:
                sink.write(line, level)  # type: ignore[call-arg]
                return
            if self._buffer_size == 0:
                self._make_ready(sink)
            sink.write(line)
            if self._buffer_size > 0:
                self._after_buffering(level, sink)
            if sink.loss_has_ended():
                self._report_loss()
        else:
            self._open_late()
            if self._sink is not None:
                self.write_line(line, level)
            elif self._stream is not None:
                with self.lock or contextlib.nullcontext():
                    self._write_to_stream(line)

    def _open_late(self) -> None:
        """Open what has been put off."""

    def _after_buffering(self, level: int, sink: _core.LineSink) -> None:
        if level >= self._flush_level:
            sink.flush()
        elif self._flusher is not None:
            self._flusher.ensure()

    def flush(self) -> None:
        """
        Write what is buffered, here and in the stream; an error goes to `handleError`.

        Lines that could not be written stay in the buffer.
        """
        if self._stream is not None and not getattr(self._stream, "closed", False):
            if not self._drained():
                return  # the stream itself would wait for as long
            try:
                super().flush()
            except OSError as error:
                if not is_for_files_alone(error):
                    report_failure(self, "the stream's own text could not be written")
            if self._sink is not None and self._background is None:
                flush(self, self._sink)

    def _drained(self) -> bool:
        """Wait for the thread, if there is one, as long as may be; whether all is written."""
        background = self._background
        return background is None or self._sink is None or background.drain(self._sink)

    def _let_go(self) -> _core.LineSink | None:
        """Write what waits for the descriptor that is left; the sink, if it may keep some."""
        if self._sink is None:
            return None
        if self._background is not None:
            self._background.end(self, self._sink)
            return None
        flush(self, self._sink)
        return self._sink

    def _start_anew(self) -> None:
        """In a child process: with a queue and a thread of its own."""
        sink = self._sink
        if self._background is not None and sink is not None:
            sink.after_fork()
            self._sink = self._background.sink(self, sink.descriptor, self._flush_level)
            self._bind()

    def close(self) -> None:
        """Write what is buffered and let go; a stream that was given stays open."""
        if self._flusher is not None:
            self._flusher.stop()
        if self._background is None:
            self._flush_level = logging.NOTSET  # nobody will write what is buffered from now on
            if self._native is not None:
                self._native[0].flush_always()
        try:
            self.flush()
            if self._background is not None and self._sink is not None:
                self._close_background()
            elif self._sink is not None:
                give_up(self, self._sink)
        finally:
            try:
                self._close_file()
                super().close()
            except OSError:
                report_failure(self, "the file could not be closed")

    def _close_background(self) -> None:
        """End the thread; what is logged after this is written in the caller."""
        background, self._background = self._background, None
        if background.end(self, self._sink):
            self._sink = None
            self.stream = self._stream
        else:  # it would wait for ever
            self._background = background

    def _close_file(self) -> None:
        """Close what the handler has opened itself."""


def _readiness(stream: Any) -> Any:
    """
    Return what brings out text written to the stream itself, and raises if it is closed.

    A line-buffered stream (`sys.stderr` is one) keeps no whole line back; text without a line end
    stays there, so that it does not stand before a line of JSON.
    """
    if type(stream) is io.TextIOWrapper and stream.line_buffering:
        return stream.buffer.raw.fileno
    return stream.flush
