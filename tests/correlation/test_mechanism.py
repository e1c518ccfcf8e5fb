"""What runs the code that logs, told by its stack and its thread."""

import asyncio
import gc
import multiprocessing
import multiprocessing.pool
import threading
import weakref
from _thread import start_new_thread
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from logging import Handler, makeLogRecord
from logging.handlers import QueueListener
from queue import SimpleQueue

import pytest

from tracefmt.correlation import mechanism

pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
FORK = multiprocessing.get_context("fork")


def name(*_):
    """Return the mechanism that runs this."""
    return mechanism().name


async def name_in_task():
    return name()


def by_thread(kind, *arguments):
    found = SimpleQueue()
    thread = kind(*arguments, lambda: found.put(name()))
    thread.start()
    thread.join()
    return found.get()


def by_pool():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(name).result()


def by_callback():
    found, go = SimpleQueue(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(go.wait)
        future.add_done_callback(lambda _: found.put(name()))
        go.set()
        return found.get()


def by_thread_pool():
    with multiprocessing.pool.ThreadPool(1) as pool:
        return pool.apply(name)


def by_process_pool():
    with ProcessPoolExecutor(1, FORK) as pool:
        return pool.submit(name).result()


def by_processes():
    with FORK.Pool(1) as pool:
        return pool.apply(name)


def put_name(found):
    found.put(name())


def by_process():
    found = FORK.SimpleQueue()
    child = FORK.Process(target=put_name, args=(found,))
    child.start()
    child.join()
    return found.get()


def by_low_level_thread():
    found = SimpleQueue()
    start_new_thread(lambda: found.put(name()), ())
    return found.get()


def by_listener():
    found, records = SimpleQueue(), SimpleQueue()
    handler = Handler()
    handler.emit = lambda _: found.put(name())
    listener = QueueListener(records, handler)
    listener.start()
    records.put(makeLogRecord({}))
    listener.stop()
    return found.get()


def by_task():
    return asyncio.run(name_in_task())


def by_loop_callback():
    async def main():
        found = asyncio.get_running_loop().create_future()
        found.get_loop().call_soon(lambda: found.set_result(name()))
        return await found

    return asyncio.run(main())


def by_executor():
    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, name)

    return asyncio.run(main())


def by_finalizer():
    found, thing = [], type("Thing", (), {})()
    weakref.finalize(thing, lambda: found.append(name()))
    del thing
    gc.collect()
    return found[0]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (name, "no span was started"),
        (lambda: by_thread(lambda work: threading.Thread(target=work)), "threading.Thread"),
        (lambda: by_thread(threading.Timer, 0), "threading.Timer"),
        (by_low_level_thread, "_thread.start_new_thread"),
        (by_pool, "ThreadPoolExecutor"),
        (by_callback, "Future.add_done_callback"),
        (by_thread_pool, "multiprocessing.pool.ThreadPool"),
        (by_process, "multiprocessing.Process"),
        (by_process_pool, "ProcessPoolExecutor"),
        (by_processes, "multiprocessing.Pool"),
        (by_listener, "QueueListener"),
        (by_task, "asyncio task"),
        (by_loop_callback, "event loop callback"),
        (by_executor, "loop.run_in_executor"),
        (by_finalizer, "finalizer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mechanism(run, expected):
    """Each mechanism is called by its name."""
    assert run() == expected
