"""Generators and coroutines whose every step runs in one context, whoever drives them."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextvars import Context
from typing import Any


def generator_in(context: Context, body: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Return a generator that runs the steps of `body` in a context of their own."""
    return (yield from _Steps(context, body))


class _Steps(Generator[Any, Any, Any]):
    """The methods of a generator, each run in a context."""

    def __init__(self, context: Context, body: Generator[Any, Any, Any]) -> None:
        self._run, self._body = context.run, body

    def send(self, value: Any) -> Any:
        return self._run(self._body.send, value)

    def throw(self, *error: Any) -> Any:
        return self._run(self._body.throw, *error)

    def close(self) -> None:
        self._run(self._body.close)


class AwaitableIn(Awaitable[Any]):
    """An awaitable that runs the steps of another in a context of their own."""

    def __init__(self, context: Context, awaitable: Awaitable[Any]) -> None:
        self._context, self._awaitable = context, awaitable

    def __await__(self) -> Generator[Any, Any, Any]:
        """Run it to its end."""
        return generator_in(self._context, self._awaitable.__await__())


async def async_generator_in(
    context: Context, body: AsyncGenerator[Any, Any]
) -> AsyncGenerator[Any, Any]:
    """Return an asynchronous generator that runs the steps of `body` in a context of their own."""
    # The event loop closes those that it saw begin, in a context of its own.  It sees this one,
    # which closes `body` in the right one.
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        step: Awaitable[Any] = context.run(body.__anext__)
    finally:
        sys.set_asyncgen_hooks(*hooks)
    try:
        while True:
            try:
                value = await AwaitableIn(context, step)
            except StopAsyncIteration:
                return
            try:
                sent = yield value
            except GeneratorExit:
                raise
            except BaseException as error:
                step = context.run(body.athrow, error)
            else:
                step = context.run(body.asend, sent)
    finally:
        await AwaitableIn(context, context.run(body.aclose))
