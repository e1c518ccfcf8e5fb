"""
Warnings and uncaught exceptions as lines, in the place of the text that Python prints about them.

`install` takes over `warnings.showwarning`, `sys.excepthook`, `threading.excepthook`,
`sys.unraisablehook` and asyncio's default exception handler; `uninstall` gives them back.
Warnings go to the logger ``py.warnings``, which `logging.captureWarnings` uses too; exceptions to
``py.exceptions``; those of asyncio to ``asyncio``, in asyncio's own words.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import logging
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TextIO

from tracefmt import _raised
from tracefmt._cold.text import safe_repr, safe_str

__all__ = ["install", "remember_span", "uninstall"]

_warnings = logging.getLogger("py.warnings")
_exceptions = logging.getLogger("py.exceptions")
_collecting = threading.local()
_foreign_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def install() -> None:
    """
    Log warnings and uncaught exceptions from now on.

    ====================================  ==========  ==============================================
    from                                  level       ids
    ====================================  ==========  ==============================================
    ``warnings.warn``                     WARNING     of the span that is active there
    an exception that ends the program    CRITICAL    of the span that it left, with
                                                      `remember_span`; else of the one that is
                                                      active when the hook runs, mostly none
    one that ends a thread                ERROR       likewise
    one that nobody can catch             ERROR       of the span that is active there; none where
                                                      the garbage collector came upon the object
    one that asyncio finds left over      ERROR       of its task (Python 3.12 on; before, none)
    ====================================  ==========  ==============================================

    A hook that is there already and is not Python's own is called after the line is written, so
    that Sentry and its kin keep what they have; KeyboardInterrupt goes there alone.  Loops with an
    exception handler of their own keep it.  A loop that is not made of asyncio's own classes, such
    as uvloop's, is taken over where it is running at the call, as it is when uvicorn imports the
    application.  Calling it again changes nothing.

    Example:
        >>> import sys, warnings, tracefmt, tracefmt.hooks
        >>> handler = tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        >>> tracefmt.hooks.install()
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("always")
        ...     warnings.warn_explicit("old", DeprecationWarning, "app.py", 7)
        {"level":"warning","logger":"py.warnings","message":"old","warning.category":"DeprecationWarning","warning.filename":"app.py","warning.lineno":7}
        >>> tracefmt.hooks.uninstall()
        >>> tracefmt.configure(None)
    """
    for hook in _HOOKS:
        hook.install()
    if _note_collection not in gc.callbacks:
        gc.callbacks.append(_note_collection)
    with contextlib.suppress(RuntimeError):  # no loop is running here
        loop = asyncio.get_running_loop()
        if not isinstance(loop, asyncio.BaseEventLoop) and loop.get_exception_handler() is None:
            loop.set_exception_handler(_exception_handler)
            _foreign_loops.add(loop)


def uninstall() -> None:
    """Undo `install`; a hook that was put on top of ours stays, and ours below it does nothing."""
    for hook in _HOOKS:
        hook.uninstall()
    if _note_collection in gc.callbacks:
        gc.callbacks.remove(_note_collection)
    for loop in _foreign_loops:
        if loop.get_exception_handler() is _exception_handler:
            loop.set_exception_handler(None)
    _foreign_loops.clear()


@contextlib.contextmanager
def remember_span() -> Iterator[None]:
    """
    Let an exception that passes through keep the ids of the span that is active here.

    When a hook or a server logs it, the ``with`` block of the span has ended.  A context manager,
    and a decorator for functions that are not async.

    Example:
        >>> import tracefmt.hooks
        >>> @tracefmt.hooks.remember_span()
        ... def main():
        ...     raise LookupError("no order")  # sys.excepthook logs it with the ids
    """
    try:
        yield
    except BaseException as error:
        from opentelemetry.context import get_current  # noqa: PLC0415  # only where there is one

        _raised.remember(error, get_current())
        raise


class _Hook:
    """One place where Python calls a function, and what stood there before."""

    def __init__(self, owner: Any, name: str, function: Callable[..., None], own: Any) -> None:
        self._owner = owner
        self._name = name
        self._function = function
        self._own = own  # Python's
        self._active = False
        self.previous: Any = None

    def install(self) -> None:
        there = getattr(self._owner, self._name)
        self._active = True
        if there is not self._function:
            self.previous = there
            setattr(self._owner, self._name, self._function)

    def uninstall(self) -> None:
        self._active = False
        if getattr(self._owner, self._name) is self._function:
            setattr(self._owner, self._name, self.previous)

    def run(self, write: Callable[..., None], *arguments: Any) -> None:
        """Write the line, and call who was there before unless that is Python's own."""
        if self._active:
            try:
                write(*arguments)
            except Exception:  # nothing is lost: Python's own text then
                self.previous(*arguments)
                return
            if self.previous is self._own:
                return
        self.previous(*arguments)


def _showwarning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if file is not None:  # somebody wants the text there
        _showwarning_hook.previous(message, category, filename, lineno, file, line)
        return
    _showwarning_hook.run(_write_warning, message, category, filename, lineno)


def _write_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int
) -> None:
    _warnings.warning(
        "%s",
        safe_str(message),
        extra={
            "warning.category": category.__name__,
            "warning.filename": filename,
            "warning.lineno": lineno,
        },
    )


def _excepthook(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):  # somebody wants the program to end, no failure
        _excepthook_hook.previous(kind, error, traceback)
        return
    _excepthook_hook.run(_write_exception, kind, error, traceback)


def _write_exception(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    _write(logging.CRITICAL, "uncaught exception", (kind, error, traceback))


def _threading_excepthook(arguments: Any) -> None:
    if arguments.exc_type is SystemExit:  # threading's own hook ignores it too
        return
    _threading_hook.run(_write_thread_exception, arguments)


def _write_thread_exception(arguments: Any) -> None:
    kind, error, traceback, thread = arguments
    name = "?" if thread is None else thread.name
    if error is None:  # which threading allows
        error = kind()
    _write(
        *(logging.ERROR, "uncaught exception in thread %s", (kind, error, traceback)),
        args=(name,),
        extra={"thread.name": name},
    )


def _unraisablehook(unraisable: Any) -> None:
    _unraisable_hook.run(_write_unraisable, unraisable)


def _write_unraisable(unraisable: Any) -> None:
    error = unraisable.exc_value
    kind, traceback = unraisable.exc_type, unraisable.exc_traceback
    about = None if unraisable.object is None else safe_repr(unraisable.object)
    _write(
        *(logging.ERROR, "%s", (kind, kind() if error is None else error, traceback)),
        args=(unraisable.err_msg or "exception ignored",),
        extra=None if about is None else {"object": about},
        # the collector runs in whatever thread and span happens to allocate
        anywhere=getattr(_collecting, "now", False),
    )


def _write(
    level: int,
    message: str,
    exc_info: Any,
    *,
    args: tuple[Any, ...] = (),
    extra: dict[str, Any] | None = None,
    anywhere: bool = False,
) -> None:
    """Log an exception with the ids of the span it left; without ids if it is from `anywhere`."""
    span = _raised.span_of(exc_info[1])
    known = span is not None or anywhere
    with _raised.active(span) if known else contextlib.nullcontext():
        _exceptions.log(level, message, *args, exc_info=exc_info, extra=extra)


def _note_collection(phase: str, info: dict[str, int]) -> None:
    del info
    _collecting.now = phase == "start"


def _default_exception_handler(loop: Any, context: dict[str, Any]) -> None:
    """Let asyncio log what it found, in the context of the task that it is about."""
    if _asyncio_hook._active:  # noqa: SLF001
        _context_of(context).run(_asyncio_hook.previous, loop, context)
    else:
        _asyncio_hook.previous(loop, context)


def _exception_handler(loop: Any, context: dict[str, Any]) -> None:
    """Do the same for a loop of another make, which has a method of its own."""
    _context_of(context).run(loop.default_exception_handler, context)


def _context_of(context: dict[str, Any]) -> contextvars.Context:
    """Return the context of the task or callback; an empty one where Python does not tell it."""
    for key in ("task", "future", "handle"):
        thing = context.get(key)
        if thing is not None:
            get_context = getattr(thing, "get_context", None)  # from Python 3.12 on
            found = getattr(thing, "_context", None) if get_context is None else get_context()
            if isinstance(found, contextvars.Context):
                return found.copy()  # it may be in use
    return contextvars.Context()


_showwarning_hook = _Hook(
    *(warnings, "showwarning", _showwarning),
    warnings._showwarning_orig,  # type: ignore[attr-defined]  # noqa: SLF001
)
_excepthook_hook = _Hook(sys, "excepthook", _excepthook, sys.__excepthook__)
_threading_hook = _Hook(threading, "excepthook", _threading_excepthook, threading.__excepthook__)
_unraisable_hook = _Hook(sys, "unraisablehook", _unraisablehook, sys.__unraisablehook__)
_asyncio_hook = _Hook(
    asyncio.BaseEventLoop, "default_exception_handler", _default_exception_handler, None
)

_HOOKS = (_showwarning_hook, _excepthook_hook, _threading_hook, _unraisable_hook, _asyncio_hook)
