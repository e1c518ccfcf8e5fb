"""
The rows of the table in docs/propagation.md: each mechanism of Python, alone and with tracefmt.

A row is a generator function that takes whether tracefmt is to carry, and yields a function that
has the mechanism call `seen` and returns what that saw.  It is set up in span 1; then the function
is called in spans 1 and 2 and in none.
"""

import asyncio
import contextlib
import contextvars
import gc
import multiprocessing
import multiprocessing.pool
import os
import signal
import sys
import threading
import weakref
from _thread import start_new_thread
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from queue import SimpleQueue

from tests.propagation import libraries
from tests.propagation.libraries import script
from tests.propagation.spans import leave_attached, seen, seen_by_coroutine, span

from tracefmt import propagation

ROWS = {}


def row(name, since=(3, 10)):
    """Take a generator function as the row of that name, from a version of Python on."""

    def take(function):
        ROWS[name] = (contextlib.contextmanager(function), since)
        return function

    return take


def observe(name, *, carry):
    """Return what the table says of a row: yes, no, stale, or the row's own word."""
    mechanism, _ = ROWS[name]
    with contextlib.ExitStack() as stack:
        with span(1):
            call = stack.enter_context(mechanism(carry))
        with span(1):
            first = call()
        if isinstance(first, str):  # a word, from a process of its own
            return first
        found = [first]
        for number in (2, 0):
            with span(number):
                found.append(call())
    return {(1, 2, 0): "yes", (0, 0, 0): "no"}.get(tuple(found), "stale")


def one(found):
    """Return what all say."""
    (only,) = set(found)
    return only


def run(coroutine_function):
    """Return a call that runs a coroutine in a loop of its own."""
    return lambda: asyncio.run(coroutine_function())


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


def in_thread(thread, found):
    thread.start()
    thread.join()
    return found.get()


@row("`threading.Thread`, `Timer`")
def threads(carry):
    module, found = propagation if carry else threading, SimpleQueue()

    def put():
        return found.put(seen())

    yield lambda: one(
        [
            in_thread(module.Thread(target=put), found),
            in_thread(module.Timer(0, put), found),
        ]
    )


@contextlib.contextmanager
def installed(carry):
    if carry:
        propagation.install()
    try:
        yield
    finally:
        propagation.uninstall()


class OwnRun(threading.Thread):
    """A thread with a `run` of its own."""

    def __init__(self, found):
        super().__init__()
        self.found = found

    def run(self):
        self.found.put(seen())


@row("a subclass of `Thread` with its own `run`")
def own_run(carry):
    found = SimpleQueue()
    with installed(carry):
        yield lambda: in_thread(OwnRun(found), found)


@row("`Thread(context=copy_context())`", since=(3, 14))
def given_context(carry):
    found = SimpleQueue()
    kind = propagation.Thread if carry else threading.Thread

    def call():
        here = contextvars.copy_context()
        thread = kind(target=lambda: found.put(seen()), context=here)
        with span(999):
            return in_thread(thread, found)

    yield call


@row("`_thread.start_new_thread`")
def low_level(carry):
    found = SimpleQueue()

    def call():
        def put():
            return found.put(seen())

        start_new_thread(propagation.wrap(put) if carry else put, ())
        return found.get()

    yield call


@row("`ThreadPoolExecutor.submit`, `map`")
def thread_pool(carry):
    with (propagation if carry else sys.modules[__name__]).ThreadPoolExecutor(1) as pool:
        yield lambda: one([pool.submit(seen).result(), *pool.map(seen, range(2))])


@row("`submit(copy_context().run, fn)`")
def submitted_context(carry):
    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(contextvars.copy_context().run, seen).result()


@row("a task after one that left a span attached")
def left_attached(carry):
    with (propagation if carry else sys.modules[__name__]).ThreadPoolExecutor(1) as pool:
        with span(0):
            pool.submit(leave_attached).result()
        yield lambda: pool.submit(seen).result()


@row("`concurrent.futures.Future.add_done_callback`")
def pool_callback(carry):
    with ThreadPoolExecutor(1) as pool:

        def call():
            found, go = SimpleQueue(), threading.Event()

            def put(_):
                return found.put(seen())

            future = pool.submit(go.wait)
            future.add_done_callback(propagation.wrap(put) if carry else put)
            go.set()
            return found.get()

        yield call


@row("`multiprocessing.pool.ThreadPool`")
def multiprocessing_threads(carry):
    with installed(carry), multiprocessing.pool.ThreadPool(1) as pool:
        yield lambda: one(
            [
                pool.apply(seen),
                *pool.map(seen, range(2)),
                *pool.starmap(seen, [(1,)]),
                *pool.imap(seen, range(2)),
                *pool.imap_unordered(seen, range(2)),
                *pool.map_async(seen, range(2)).get(),
                *pool.starmap_async(seen, [(1,)]).get(),
            ]
        )


@row("`os.fork`")
def forked(carry):
    def call():
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            if carry:
                propagation.initializer()
            os.write(writing, str(seen()).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as file:
            found = file.read()
        os.waitpid(child, 0)
        return int(found)

    yield call


def put_seen(found):
    """Tell the parent what is seen here."""
    found.put(seen())


def process(method, carry):
    context = multiprocessing.get_context(method)
    found = context.SimpleQueue()

    def call():
        child = context.Process(target=put_seen, args=(found,))
        child.start()
        child.join()
        return found.get()

    with installed(carry):
        yield call


def processes(method, carry):
    kind = propagation.ProcessPoolExecutor if carry else ProcessPoolExecutor
    with kind(1, multiprocessing.get_context(method)) as pool:
        yield lambda: one([pool.submit(seen).result(), *pool.map(seen, range(2))])


def pool(method, carry):
    options = {"initializer": propagation.initializer} if carry else {}
    with multiprocessing.get_context(method).Pool(1, **options) as pool:
        yield lambda: one(pool.map(propagation.wrap_for_process(seen) if carry else seen, [1, 2]))


def installed_pool(method, carry):
    with installed(carry), multiprocessing.get_context(method).Pool(1) as pool:
        yield lambda: one([pool.apply(seen), *pool.map(seen, [1]), *pool.imap(seen, [1])])


@row("`multiprocessing.Process`, fork")
def fork_process(carry):
    yield from process("fork", carry)


@row("`multiprocessing.Process`, spawn")
def spawn_process(carry):
    yield from process("spawn", carry)


@row("`multiprocessing.Process`, forkserver")
def forkserver_process(carry):
    yield from process("forkserver", carry)


@row("`ProcessPoolExecutor`, fork")
def fork_processes(carry):
    yield from processes("fork", carry)


@row("`ProcessPoolExecutor`, spawn")
def spawn_processes(carry):
    yield from processes("spawn", carry)


@row("`ProcessPoolExecutor`, forkserver")
def forkserver_processes(carry):
    yield from processes("forkserver", carry)


@row("`multiprocessing.Pool`, fork")
def fork_pool(carry):
    yield from pool("fork", carry)


@row("`multiprocessing.Pool`, fork, by `install()`")
def installed_fork_pool(carry):
    yield from installed_pool("fork", carry)


@row("`multiprocessing.Pool`, spawn")
def spawn_pool(carry):
    yield from pool("spawn", carry)


@row("default start method")
def start_method(carry):
    code = "import multiprocessing; print(multiprocessing.get_start_method())"
    yield lambda: script(code).strip()


@row("`InterpreterPoolExecutor`", since=(3, 14))
def interpreters(carry):
    from concurrent import futures

    with (propagation if carry else futures).InterpreterPoolExecutor(1) as pool:
        yield lambda: one([pool.submit(seen).result(), *pool.map(seen, range(2))])


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


@row("`threading.excepthook`")
def thread_hook(carry):
    found, before = SimpleQueue(), threading.excepthook
    threading.excepthook = lambda _: found.put(seen())
    kind = propagation.Thread if carry else threading.Thread
    yield lambda: in_thread(kind(target=attach_and_raise, args=(seen(),)), found)
    threading.excepthook = before


def attach_and_raise(number):
    """Fail with a span that is still attached, as no `with` block would leave it."""
    if number:
        leave_attached(number)
    raise ValueError(number)


IN_HOOK = """
sys.excepthook = lambda *_: print(seen())
with span(1):
    raise ValueError
"""


@row("`sys.excepthook`")
def hook(carry):
    yield lambda: script(IN_HOOK)


def failing():
    raise ValueError


async def fail():
    failing()


async def handled(cause, number):
    """Return what the loop's exception handler sees of an error."""
    loop, found = asyncio.get_running_loop(), asyncio.Queue()
    loop.set_exception_handler(lambda *_: found.put_nowait(seen()))
    with span(number):
        cause(loop)
    await asyncio.sleep(0.01)
    gc.collect()
    return await found.get()


def called_from(cause):
    """Return a call whose loop began without a span, and whose error is made with one."""

    def call():
        number = seen()
        return contextvars.Context().run(asyncio.run, handled(cause, number))

    return call


@row("loop exception handler, a callback that fails")
def failing_callback(carry):
    yield called_from(lambda loop: loop.call_soon(failing))


@row("loop exception handler, a task that nobody awaits")
def failing_task(carry):
    yield called_from(lambda loop: loop.create_task(fail()) and None)


@row("gevent: `spawn`, `spawn_later`, `Pool.spawn`, its threadpool")
def gevent(carry):
    yield lambda: script(libraries.GEVENT, carry=carry)


@row("gevent: patched `Thread`, `ThreadPoolExecutor`")
def gevent_patched(carry):
    yield lambda: script(libraries.GEVENT_PATCHED, carry=carry)


@row("a raw `greenlet`")
def raw_greenlet(carry):
    yield lambda: script(libraries.GREENLET, carry=carry)


@row("eventlet: `spawn`, `GreenPool`, `tpool`")
def eventlet(carry):
    yield lambda: script(libraries.EVENTLET, carry=carry)


@row("Celery, eager task")
def celery_eager(carry):
    yield lambda: script(libraries.CELERY_EAGER, carry=carry)


@row("Celery, task of a worker")
def celery_worker(carry):
    yield lambda: script(libraries.CELERY_WORKER, carry=carry)
