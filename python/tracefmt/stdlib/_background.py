"""Handlers whose lines are written by a thread: their options, their losses, and their end."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from tracefmt import _core
from tracefmt._cold.loss import record_of
from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib._level import level_number

_WHEN_FULL = ("block", "drop_newest", "drop_oldest")

_handlers: weakref.WeakSet[Any] = weakref.WeakSet()


class Background:
    """
    How a handler queues lines for its thread; these are further options of handlers.

    Args:
        max_queued_bytes: how many bytes of lines may wait.  A longer line is taken when nothing
            else waits.
        when_full: what happens to a line for which there is no room.  ``"block"``: the call waits,
            while other threads run; a signal handler's exception ends it.  ``"drop_newest"``: the
            line is dropped.  ``"drop_oldest"``: the oldest ones are.
        drop_below: lines of this level and above are never dropped; their calls wait.
        drain_timeout: how many seconds `flush` and `close`, and so the end of the process, wait for
            the thread at most; None for as long as it takes.
        drain_on_sigterm: on SIGTERM write what waits, within `drain_timeout`, and then do what was
            to be done before (end the process, or call the handler that was there).

    Raises:
        ConfigurationError: an option cannot work.
    """

    def __init__(
        self,
        *,
        max_queued_bytes: int = 4 << 20,
        when_full: str = "block",
        drop_below: int | str = "WARNING",
        drain_timeout: float | None = 5.0,
        drain_on_sigterm: bool = False,
    ) -> None:
        if type(max_queued_bytes) is not int or max_queued_bytes < 1:
            msg = f"max_queued_bytes={max_queued_bytes!r}: write a number of bytes above 0"
            raise ConfigurationError(msg)
        if when_full not in _WHEN_FULL:
            msg = f"when_full={when_full!r}: write 'block', 'drop_newest' or 'drop_oldest'"
            raise ConfigurationError(msg)
        if drain_timeout is not None and not drain_timeout >= 0:
            msg = f"drain_timeout={drain_timeout!r}: write seconds, 0 or more, or None"
            raise ConfigurationError(msg)
        if drain_on_sigterm and threading.current_thread() is not threading.main_thread():
            msg = "drain_on_sigterm=True: make the handler in the main thread, or leave it out"
            raise ConfigurationError(msg)
        self._max_queued_bytes = max_queued_bytes
        self._when_full = when_full
        self._drop_below = level_number(drop_below, "drop_below")
        self._drain_timeout = drain_timeout
        self._drain_on_sigterm = drain_on_sigterm

    def sink(self, handler: logging.Handler, descriptor: int, flush_level: int) -> Any:
        """Return a sink for a handler, whose thread starts with its first line."""
        if handler not in _handlers:
            _handlers.add(handler)
            process = sys.modules.get("multiprocessing.process")
            if process is not None and process.parent_process() is not None:
                _flush_at_end_of_worker(handler)
        if self._drain_on_sigterm:
            drain_on_sigterm(handler)
        return _core.core.BackgroundSink(
            *(descriptor, self._max_queued_bytes, self._when_full, self._drop_below, flush_level),
            # a file that is opened anew gets the same descriptor
            not isinstance(handler, logging.FileHandler),
        )

    def drain(self, sink: Any) -> bool:
        """Wait until all is written, so long as may be; whether it is."""
        written: bool = sink.flush(self._drain_timeout)
        return written

    def report_loss(self, handler: Any, sink: Any) -> None:
        """Write a line that says what was lost."""
        report_loss(handler, sink)

    def end(self, handler: Any, sink: Any) -> bool:
        """Write what is left; whether all is.  What is not is said on `sys.stderr`."""
        _on_sigterm.discard(handler)
        if self.drain(sink):
            if report_loss(handler, sink):
                self.drain(sink)
            sink.end()
            return True
        sink.abandon()
        _say_what_is_lost(sink, self._drain_timeout)
        return False


def report_loss(handler: Any, sink: Any) -> bool:
    """Write a line that says what was lost, with the handler's own formatter; whether any was."""
    loss = sink.take_loss()
    if loss is None:
        return False
    record = record_of(*loss)
    try:
        sink.force(handler._line(record))  # noqa: SLF001
    except Exception:
        handler.handleError(record)
    return True


def _say_what_is_lost(sink: Any, timeout: float | None) -> None:
    """Where the descriptor takes nothing more: on stderr, if that does."""
    loss = sink.take_loss()
    if loss is None or not logging.raiseExceptions or sys.stderr is None:
        return
    try:
        poll = select.poll()
        poll.register(sys.stderr, select.POLLOUT)
        if not poll.poll(0):
            return
    except (OSError, TypeError, ValueError):
        pass  # it is no file
    said = record_of(*loss).getMessage()
    sys.stderr.write(f"tracefmt: {said} (drain_timeout={timeout})\n")


def _after_fork_in_child() -> None:
    """A child has threads of its own: what its parent has queued is the parent's."""
    multiprocessing = sys.modules.get("multiprocessing.util")
    for handler in list(_handlers):
        handler._start_anew()  # noqa: SLF001
        if multiprocessing is not None:
            # it forgets all finalizers after this, and then calls what is registered here
            multiprocessing.register_after_fork(handler, _flush_at_end_of_worker)


def _flush_at_end_of_worker(handler: logging.Handler) -> None:
    """A worker process of multiprocessing ends by ``os._exit``, past atexit."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(handler, handler.flush, exitpriority=-100)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


_on_sigterm: weakref.WeakSet[Any] = weakref.WeakSet()
_before: Callable[..., Any] | int | None = None


def drain_on_sigterm(handler: logging.Handler) -> None:
    """Let SIGTERM write what waits in a handler, before whatever it did until now."""
    global _before  # noqa: PLW0603  # there is one handler of SIGTERM in a process
    _on_sigterm.add(handler)
    if threading.current_thread() is threading.main_thread():
        before = signal.getsignal(signal.SIGTERM)
        if before is not _drain_and_go_on:
            _before = before
            signal.signal(signal.SIGTERM, _drain_and_go_on)


def _drain_and_go_on(number: int, frame: Any) -> None:
    for handler in list(_on_sigterm):
        handler.flush()
    if callable(_before):
        _before(number, frame)
    elif _before != signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
