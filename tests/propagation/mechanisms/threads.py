"""Threads and pools of threads."""

import contextvars
import multiprocessing
import multiprocessing.pool
import sys
import threading
from _thread import start_new_thread
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from tests.propagation.mechanisms.rows import in_thread, installed, one, row
from tests.propagation.spans import leave_attached, seen, span

from tracefmt import propagation


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
