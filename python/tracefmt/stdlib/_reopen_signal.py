"""Signals at which files are opened anew."""

from __future__ import annotations

import contextlib
import signal
import threading
import weakref
from typing import Any

from tracefmt.exceptions import ConfigurationError


class _Signal:
    """What is reopened at one signal, and whose handler it had before."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.handlers: weakref.WeakSet[Any] = weakref.WeakSet()
        self._before: Any = None
        self._runs = False

    def install(self) -> None:
        """Stand before whatever handler the signal has now."""
        now = signal.getsignal(self.number)
        if now != self._run:
            self._before = now
            signal.signal(self.number, self._run)

    def uninstall(self) -> None:
        """Give the signal back to the handler it had; only the main thread can."""
        if signal.getsignal(self.number) == self._run:
            with contextlib.suppress(ValueError, TypeError):
                signal.signal(self.number, self._before)

    def _run(self, number: int, frame: Any) -> None:
        if self._runs:  # the handler before us calls us in its turn
            return
        self._runs = True
        try:
            for handler in list(self.handlers):
                handler.reopen()
            if callable(self._before):
                self._before(number, frame)
        finally:
            self._runs = False


_signals: dict[int, _Signal] = {}


def reopen_on(handler: Any, number: Any) -> None:
    """
    Call the handler's `reopen` whenever the process gets a signal.

    A handler that the signal has already is called afterwards.  Python runs both in its main
    thread, as soon as that gets to run.

    Raises:
        ConfigurationError: not the main thread's call, or no signal that can be caught.
    """
    try:
        name = signal.Signals(number).name
    except ValueError:
        msg = f"reopen_on={number!r}: write a signal, such as signal.SIGHUP"
        raise ConfigurationError(msg) from None
    if threading.current_thread() is not threading.main_thread():
        msg = (
            f"reopen_on={name}: only the main thread can set signal handlers; make the log handler "
            "there, or call its reopen() from a signal handler of your own"
        )
        raise ConfigurationError(msg)
    found = _signals.setdefault(number, _Signal(number))
    try:
        found.install()
    except (OSError, ValueError) as error:  # SIGKILL; a subinterpreter
        msg = f"reopen_on={name}: the signal cannot be caught here ({error}); write signal.SIGHUP"
        raise ConfigurationError(msg) from error
    found.handlers.add(handler)


def forget(handler: Any) -> None:
    """Do not reopen a handler any more; after the last one the signal is given back."""
    for found in _signals.values():
        if handler in found.handlers:
            found.handlers.discard(handler)
            if not found.handlers:
                found.uninstall()
