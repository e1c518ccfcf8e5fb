"""Work that runs in the context it was wrapped in, in any thread of this process."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context, copy_context
from typing import Any, TypeVar

from tracefmt.exceptions import ConfigurationError
from tracefmt.propagation._generators import AwaitableIn, async_generator_in, generator_in

R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


def wrap(fn: F) -> F:
    """
    Return `fn` so that it runs with all context variables as they are now.

    The result may be called many times, and from several threads at once: each call has a copy of
    its own, so that what one call sets (a span that it leaves attached) reaches no other.

    Args:
        fn: any callable. Of a coroutine function, a generator function or an asynchronous
            generator function each step runs in that copy, whoever drives it.

    Raises:
        ConfigurationError: `fn` cannot be called.

    Example:
        >>> import threading, tracefmt
        >>> from opentelemetry import trace
        >>> from tracefmt import propagation
        >>> def show():
        ...     print(format(trace.get_current_span().get_span_context().trace_id, "032x"))
        >>> with tracefmt.use("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        ...     thread = threading.Thread(target=propagation.wrap(show))
        >>> thread.start(), thread.join()
        0af7651916cd43dd8448eb211c80319c
        (None, None)
    """
    if not callable(fn):
        msg = f"wrap: {fn!r} cannot be called; give the function itself, without ()"
        raise ConfigurationError(msg)
    wrapped: F = _in_context(fn, copy_context())
    return wrapped


def _in_context(fn: Any, context: Context) -> Any:
    if inspect.iscoroutinefunction(fn):

        async def run(*args: Any, **kwargs: Any) -> Any:
            return await AwaitableIn(context.copy(), fn(*args, **kwargs))

        return functools.update_wrapper(run, fn)

    kind = _kind(fn)
    if kind is not None:
        return functools.update_wrapper(_made_by(fn, kind, context.copy), fn)

    def call(*args: Any, **kwargs: Any) -> Any:
        return context.copy().run(fn, *args, **kwargs)

    return functools.update_wrapper(call, fn)


def _kind(fn: Any) -> Callable[[Context, Any], Any] | None:
    """Return what drives the generators that `fn` makes; None where it makes none."""
    if inspect.isgeneratorfunction(fn):
        return generator_in
    return async_generator_in if inspect.isasyncgenfunction(fn) else None


def _made_by(
    fn: Any, kind: Callable[[Context, Any], Any], context: Callable[[], Context]
) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        return kind(context(), fn(*args, **kwargs))

    return make


def bind_generator(fn: F) -> F:
    """
    Make a generator function whose body has a context of its own, from its first step on.

    A plain generator shares the context of whoever resumes it: a span that it holds over a
    ``yield`` is the consumer's current one as well. Works on asynchronous generator functions,
    too, where a loop that is left early would keep the span for ever.

    The body starts with the context in which the generator was made.

    Args:
        fn: a generator function or an asynchronous one.

    Raises:
        ConfigurationError: `fn` is neither.

    Example:
        >>> from opentelemetry import trace
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> @propagation.bind_generator
        ... def rows():
        ...     with tracefmt.use("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        ...         yield 1
        ...         yield 2
        >>> for row in rows():
        ...     print(row, trace.get_current_span().get_span_context().is_valid)
        1 False
        2 False
    """
    kind = _kind(fn)
    if kind is None:
        msg = f"bind_generator: {fn!r} is no generator function; for other functions there is wrap"
        raise ConfigurationError(msg)
    bound: F = functools.update_wrapper(_made_by(fn, kind, copy_context), fn)  # type: ignore[assignment]
    return bound


def run_in_executor(
    executor: Executor | None, fn: Callable[..., R], *args: Any
) -> asyncio.Future[R]:
    """
    Do what ``loop.run_in_executor`` does, in a copy of the caller's context.

    Args:
        executor: a thread pool; None stands for the loop's default one. For a process pool give
            `ProcessPoolExecutor`, which carries by itself, or wrap `fn` by `wrap_for_process`.
        fn: what is called.
        args: with what.

    Raises:
        RuntimeError: no event loop is running.

    Example:
        >>> import asyncio
        >>> from tracefmt import propagation
        >>> async def main():
        ...     return await propagation.run_in_executor(None, sum, [1, 2])
        >>> asyncio.run(main())
        3
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  # heavy, and not often here

    loop = asyncio.get_running_loop()
    if isinstance(executor, ProcessPoolExecutor):
        from tracefmt.propagation._carrier import wrap_for_process  # noqa: PLC0415

        return loop.run_in_executor(executor, wrap_for_process(fn), *args)
    return loop.run_in_executor(executor, functools.partial(copy_context().run, fn), *args)
