"""What earlier tasks of thread pools have left behind, found at the start of the next one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import thread
from typing import Any

from tracefmt import _core
from tracefmt.spans._stale import WORKER, leave, reason_of

_before: list[Any] = []


def watch_workers() -> Callable[[], None]:
    """
    Look at the start of each task of a thread pool what is current there, and mark it as stale.

    A worker has one context for all its tasks: a span that one of them attaches and does not
    detach is the current one of all that follow. From then on such tasks find a span of the same
    ids in its place, whose lines are marked (``"worker"``) and counted. Nothing is carried: that is
    `tracefmt.propagation.install`, after which there is nothing left to find.

    It concerns `concurrent.futures.ThreadPoolExecutor`, and so ``loop.run_in_executor``, in the
    whole process. Calling it twice is like calling it once.

    Returns:
        What undoes it.

    Example:
        >>> import json, logging, tracefmt
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from tracefmt import correlation
        >>> formatter = tracefmt.Formatter()
        >>> def leave_one():
        ...     tracefmt.use(tracefmt.SpanContext(1, 2)).__enter__()
        >>> def write():
        ...     return json.loads(formatter.format(logging.makeLogRecord({})))["trace_stale"]
        >>> undo = correlation.watch_workers()
        >>> with ThreadPoolExecutor(1) as pool:
        ...     done = pool.submit(leave_one).result()
        ...     print(pool.submit(write).result())
        worker
        >>> undo()
    """
    item: Any = thread._WorkItem  # noqa: SLF001  # where a task begins, in its worker's own context
    if not _before:
        _before.append(item.run)
        item.run = _looking(item.run)
    return _undo


def _undo() -> None:
    if _before:
        thread._WorkItem.run = _before.pop()  # type: ignore[method-assign]  # noqa: SLF001


def _looking(run: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(run)
    def look_and_run(*args: Any, **kwargs: Any) -> None:
        _mark_what_is_left()
        run(*args, **kwargs)

    return look_and_run


def _mark_what_is_left() -> None:
    from opentelemetry import context, trace  # noqa: PLC0415  # no import of ours loads it

    try:
        span = trace.get_current_span()
        if span is trace.INVALID_SPAN or reason_of(span) is not None:
            return
        # a span of its own: the one that was left may still be right elsewhere
        left = trace.NonRecordingSpan(span.get_span_context())
        leave(left, WORKER)
        context.attach(trace.set_span_in_context(left))
        _core.core.forget_spans()
    except Exception:  # a task is worth more than a mark
        return
