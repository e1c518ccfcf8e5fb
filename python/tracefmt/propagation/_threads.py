"""Threads and thread pools that carry the context of whoever starts them."""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor as _ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import Any

from tracefmt.propagation._wrap import wrap

# Whose threads and processes serve many callers: the context of the one who happened to start
# them is nobody else's.
_SERVICES = frozenset(
    {
        *("concurrent.futures.process", "concurrent.futures.thread", "logging.handlers"),
        *("concurrent.futures.interpreter", "multiprocessing.managers", "multiprocessing.pool"),
        *("multiprocessing.queues", "multiprocessing.resource_sharer"),
    }
)


def is_service(worker: threading.Thread | Any) -> bool:
    """Return whether a thread or process is a worker of a pool, or works for all in another way."""
    target = getattr(worker, "_target", None)  # what was given as `target`, or deleted already
    target = getattr(target, "__func__", target)
    return getattr(target, "__module__", None) in _SERVICES or type(worker).__module__ in _SERVICES


def start(thread: threading.Thread, begin: Callable[[], None]) -> None:
    """Call `begin`, which starts the thread, so that its `run` has a copy of the context of now."""
    if is_service(thread):
        Context().run(begin)
        return
    chosen = getattr(thread, "_context", None) is not None  # Thread(context=...), from 3.14 on
    there = thread.__dict__.get("run")  # of an agent that does as we do
    if chosen or thread.ident is not None or isinstance(getattr(there, "__func__", None), _Run):
        begin()
        return
    own: Any = thread
    # on the instance, since a subclass may have a `run` of its own; a method, as it was
    own.run = types.MethodType(_Run(copy_context(), there), thread)
    try:
        begin()
    except BaseException:  # no thread could be started
        _put_back(thread, there)
        raise


class _Run:
    """What stands in for a thread's `run`, once."""

    def __init__(self, context: Context, there: Any) -> None:
        self._context, self._there = context, there

    def __call__(self, thread: threading.Thread) -> None:
        _put_back(thread, self._there)
        self._context.run(_reporting, thread)


def _put_back(thread: threading.Thread, there: Any) -> None:
    if there is None:
        thread.__dict__.pop("run", None)
    else:
        thread.__dict__["run"] = there


def _reporting(thread: threading.Thread) -> None:
    """Run, and have an exception reported here, since outside there is no context."""
    try:
        thread.run()
    except BaseException as error:
        hook: Any = threading.excepthook
        if hook is None:  # the interpreter is going down
            raise
        hook(threading.ExceptHookArgs((type(error), error, error.__traceback__, thread)))


class Thread(threading.Thread):
    """
    A `threading.Thread` whose `run` has a copy of all context variables as they are at `start`.

    `threading.excepthook` is called in the same context, so that the line about an exception that
    nobody caught belongs to the trace as well. A ``context=`` that is given (Python 3.14) counts.

    Example:
        >>> from opentelemetry import trace
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> def work():
        ...     print(trace.get_current_span().get_span_context().span_id)
        >>> with tracefmt.use(tracefmt.SpanContext(1, 2)):
        ...     thread = propagation.Thread(target=work)
        ...     thread.start()
        ...     thread.join()
        2
    """

    def start(self) -> None:
        """Start the thread, with the context of now."""
        start(self, super().start)


class Timer(threading.Timer):
    """
    A `threading.Timer` whose function has a copy of all context variables as they are at `start`.

    Example:
        >>> from tracefmt import propagation
        >>> timer = propagation.Timer(0, print, ["later"])
        >>> timer.start(), timer.join()
        later
        (None, None)
    """

    def start(self) -> None:
        """Start the timer, with the context of now."""
        start(self, super().start)


class ThreadPoolExecutor(_ThreadPoolExecutor):
    """
    A thread pool whose tasks have a copy of all context variables as they are at `submit` or `map`.

    What a task sets or leaves attached ends with it; no task sees it of another.

    Example:
        >>> from opentelemetry import trace
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> def span_id(_):
        ...     return trace.get_current_span().get_span_context().span_id
        >>> with propagation.ThreadPoolExecutor() as pool:
        ...     with tracefmt.use(tracefmt.SpanContext(1, 2)):
        ...         print(list(pool.map(span_id, range(2))))
        [2, 2]
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Schedule a call, with the context of now."""
        return super().submit(here(fn), *args, **kwargs)

    def map(self, fn: Callable[..., Any], *iterables: Any, **options: Any) -> Iterator[Any]:
        """Schedule a call for each item, with the context of now."""
        return super().map(wrap(fn), *iterables, **options)


def here(fn: Callable[..., Any]) -> Callable[..., Any]:
    """
    Return `fn` for one call with the context of now.

    No frame of ours is left in the traceback of its exception, which would hold the context.
    """
    return functools.partial(copy_context().run, fn)
