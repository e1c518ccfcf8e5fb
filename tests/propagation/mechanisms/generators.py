"""Generators, and code that runs when something is dropped or everything ends."""

import asyncio
import gc
import weakref

from tests.propagation.libraries import script
from tests.propagation.mechanisms.rows import one, row, run
from tests.propagation.spans import seen, span

from tracefmt import propagation


@row("a generator's body (as resumed)")
def generator(carry):
    def body():
        while True:
            yield seen()

    steps = body()
    yield lambda: next(steps)


def holding():
    with span(555):
        yield seen()


async def holding_async():
    with span(666):
        yield seen()


def leak(before, within):
    return "leaks" if seen() != before else "stays inside" if within in (555, 666) else "lost"


@row("a span that a generator holds over `yield`")
def generator_span(carry):
    def call():
        before = seen()
        steps = (propagation.bind_generator(holding) if carry else holding)()
        within = next(steps)
        found = leak(before, within)
        steps.close()
        return found

    yield call


@row("a span of an async generator after `break`")
def async_generator_span(carry):
    async def main():
        before = seen()
        async for within in (  # noqa: B007  # its last value counts
            propagation.bind_generator(holding_async) if carry else holding_async
        )():
            break
        await asyncio.sleep(0.01)
        return leak(before, within)

    yield run(main)


@row("`__del__`, `weakref.finalize` (as dropped)")
def finalizers(carry):
    class Thing:
        def __del__(self):
            found.append(seen())

    found = []

    def call():
        thing = Thing()
        weakref.finalize(thing, lambda: found.append(seen()))
        with span(0):
            del thing
        try:
            return one(found)
        finally:
            found.clear()

    yield call


@row("a cycle that `gc` collects (as collected)")
def collected(carry):
    class Thing:
        def __del__(self):
            found.append(seen())

    found = []

    def call():
        with span(999):
            thing = Thing()
            thing.itself = thing
            del thing
        gc.collect()
        return found.pop()

    yield call


AT_EXIT = """
import atexit
leave_attached(1)
atexit.register(lambda: print(seen()))
"""


@row("`atexit` (as the main thread was left)")
def at_exit(carry):
    yield lambda: script(AT_EXIT)
