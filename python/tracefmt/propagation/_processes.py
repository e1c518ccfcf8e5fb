"""Processes and process pools that carry the span of whoever hands them work."""

from __future__ import annotations

import concurrent.futures
import multiprocessing.context
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from tracefmt.propagation._carrier import Carried, Carrier
from tracefmt.propagation._carrier import initializer as in_worker
from tracefmt.propagation._threads import is_service


class _Carrying(Executor):
    """What both pools do with a task."""

    _fields: tuple[str, ...]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Schedule a call, with the span of now."""
        return super().submit(Carried(fn, Carrier.capture(self._fields)), *args, **kwargs)

    def map(self, fn: Callable[..., Any], *iterables: Any, **options: Any) -> Iterator[Any]:
        """Schedule a call for each item, with the span of now."""
        carried = Carried(fn, Carrier.capture(self._fields))
        return super().map(carried, *iterables, **options)


class ProcessPoolExecutor(_Carrying, concurrent.futures.ProcessPoolExecutor):
    """
    A process pool whose tasks have the span and baggage that were active at `submit` or `map`.

    Works with every start method. What the workers inherited through fork, the span of whoever
    happened to create the pool, is taken away when they start.

    Args:
        max_workers, mp_context, initializer, initargs, options: as in `concurrent.futures`.
        fields: names of bound fields that go with each task.

    Example:
        >>> from opentelemetry import trace
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> def main():
        ...     with propagation.ProcessPoolExecutor(1) as pool:
        ...         with tracefmt.use(tracefmt.SpanContext(1, 2)):
        ...             print(pool.submit(propagation.Carrier.capture).result().headers)
        >>> main()
        {'traceparent': '00-00000000000000000000000000000001-0000000000000002-01'}
    """

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: multiprocessing.context.BaseContext | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        fields: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self._fields = tuple(fields)
        start = (in_worker, (initializer, *initargs))
        super().__init__(max_workers, mp_context, *start, **options)


def start(process: Any, begin: Callable[[], None], fields: Iterable[str] = ()) -> None:
    """Call `begin`, which starts the process, so that its `run` has the span of now."""
    if process.pid is not None or isinstance(process.__dict__.get("run"), Carried):
        begin()
        return
    there = process.__dict__.get("run")
    # a worker of a pool has no span but those of its tasks
    carrier = Carrier() if is_service(process) else Carrier.capture(fields)
    process.run = Carried(process.run, carrier)
    try:
        begin()
    finally:
        # it has been forked, or pickled; here nobody runs it
        if there is None:
            process.__dict__.pop("run", None)
        else:
            process.run = there


if sys.version_info >= (3, 14):

    class InterpreterPoolExecutor(_Carrying, concurrent.futures.InterpreterPoolExecutor):
        """
        An interpreter pool whose tasks have the span and baggage that were active at `submit`.

        Another interpreter shares no objects and no context variables with this one, so it is told
        what another process would be told.

        Args:
            max_workers, thread_name_prefix, initializer, initargs: as in `concurrent.futures`.
            fields: names of bound fields that go with each task.

        Example:
            >>> from tracefmt import propagation
            >>> with propagation.InterpreterPoolExecutor(1) as pool:
            ...     pool.submit(abs, -1).result()
            1
        """

        def __init__(
            self,
            max_workers: int | None = None,
            thread_name_prefix: str = "",
            initializer: Callable[..., object] | None = None,
            initargs: tuple[Any, ...] = (),
            *,
            fields: Iterable[str] = (),
        ) -> None:
            self._fields = tuple(fields)
            super().__init__(max_workers, thread_name_prefix, initializer, initargs)
