"""Event loops: coroutines, tasks, callbacks, signals, executors."""

import asyncio
import contextvars
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.propagation.mechanisms.rows import one, row, run
from tests.propagation.spans import seen, seen_by_coroutine, span

from tracefmt import propagation


@row("`await coro()`")
def awaited(carry):
    async def main():
        return await (propagation.wrap(seen_by_coroutine) if carry else seen_by_coroutine)()

    yield run(main)


@row("`asyncio.run`")
def asyncio_run(carry):
    yield lambda: asyncio.run(seen_by_coroutine())


@row("`copy_context().run`")
def copied(carry):
    yield lambda: contextvars.copy_context().run(seen)


@row("`create_task`, `ensure_future`, `gather`, `wait_for`, `TaskGroup`")
def tasks(carry):
    async def main():
        found = [
            await asyncio.create_task(seen_by_coroutine()),
            await asyncio.ensure_future(seen_by_coroutine()),
            *await asyncio.gather(seen_by_coroutine(), seen_by_coroutine()),
            await asyncio.wait_for(seen_by_coroutine(), 10),
        ]
        if sys.version_info >= (3, 11):
            async with asyncio.TaskGroup() as group:
                found.append(await group.create_task(seen_by_coroutine()))
        return one(found)

    yield run(main)


@row("`create_task(context=Context())`", since=(3, 11))
def task_in_empty_context(carry):
    async def main():
        work = propagation.wrap(seen_by_coroutine) if carry else seen_by_coroutine
        return await asyncio.create_task(work(), context=contextvars.Context())

    yield run(main)


@row("eager tasks", since=(3, 12))
def eager(carry):
    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        return await asyncio.create_task(seen_by_coroutine())

    yield run(main)


@row("`call_soon`, `call_later`, `call_at`")
def called_later(carry):
    async def main():
        loop, found = asyncio.get_running_loop(), asyncio.Queue()

        def put():
            return found.put_nowait(seen())

        loop.call_soon(put)
        loop.call_later(0, put)
        loop.call_at(loop.time(), put)
        return one([await found.get() for _ in range(3)])

    yield run(main)


@row("`call_soon_threadsafe`, `run_coroutine_threadsafe`, from a thread")
def from_a_thread(carry):
    async def main():
        loop, found = asyncio.get_running_loop(), asyncio.Queue()

        def work():
            loop.call_soon_threadsafe(lambda: found.put_nowait(seen()))
            later = asyncio.run_coroutine_threadsafe(seen_by_coroutine(), loop)
            later.add_done_callback(
                lambda done: loop.call_soon_threadsafe(found.put_nowait, done.result())
            )

        thread = (propagation.Thread if carry else threading.Thread)(target=work)
        thread.start()
        both = [await found.get() for _ in range(2)]
        thread.join()
        return one(both)

    yield run(main)


@row("`asyncio.Future.add_done_callback`")
def done_callback(carry):
    async def main():
        future, found = asyncio.get_running_loop().create_future(), asyncio.Queue()
        future.add_done_callback(lambda _: found.put_nowait(seen()))
        future.get_loop().call_soon(future.set_result, None, context=contextvars.Context())
        return await found.get()

    yield run(main)


@row("`loop.add_signal_handler` (as registered)")
def loop_signal(carry):
    async def main():
        loop, found = asyncio.get_running_loop(), asyncio.Queue()
        loop.add_signal_handler(signal.SIGUSR1, lambda: found.put_nowait(seen()))
        with span(999):
            signal.raise_signal(signal.SIGUSR1)
        try:
            return await found.get()
        finally:
            loop.remove_signal_handler(signal.SIGUSR1)

    yield run(main)


@row("`signal.signal` (as interrupted)")
def plain_signal(carry):
    found = []
    before = signal.signal(signal.SIGUSR1, lambda *_: found.append(seen()))

    def call():
        signal.raise_signal(signal.SIGUSR1)
        return found.pop()

    yield call
    signal.signal(signal.SIGUSR1, before)


@row("`loop.run_in_executor`")
def in_executor(carry):
    with ThreadPoolExecutor(1) as pool:

        async def main():
            if carry:
                return await propagation.run_in_executor(pool, seen)
            return await asyncio.get_running_loop().run_in_executor(pool, seen)

        yield run(main)


@row("`asyncio.to_thread`")
def to_thread(carry):
    yield lambda: asyncio.run(asyncio.to_thread(seen))


@row("`asyncio.Runner`", since=(3, 11))
def runner(carry):
    with asyncio.Runner() as runner:

        def call():
            work = propagation.wrap(seen_by_coroutine) if carry else seen_by_coroutine
            return runner.run(work())

        runner.run(asyncio.sleep(0))
        yield call
