"""`install` and `uninstall`: the standard library's own classes."""

import asyncio
import concurrent.futures
import contextlib
import logging
import logging.handlers
import multiprocessing.pool
import multiprocessing.process
import queue
import threading
from concurrent.futures.process import ProcessPoolExecutor
from concurrent.futures.thread import ThreadPoolExecutor
from queue import SimpleQueue

import pytest
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from tests.propagation.spans import seen, span

from tracefmt import propagation

pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
CLASSES = (
    *(threading.Thread, threading.Timer, multiprocessing.process.BaseProcess),
    *(ThreadPoolExecutor, ProcessPoolExecutor, multiprocessing.pool.Pool),
    *(multiprocessing.pool.ThreadPool, concurrent.futures.Executor),
)


def state():
    """Return every attribute of every class, by identity."""
    return [{name: id(value) for name, value in vars(kind).items()} for kind in CLASSES]


@pytest.fixture(autouse=True)
def _restored():
    before = state()
    yield
    propagation.uninstall()
    assert state() == before


@contextlib.contextmanager
def instrumented():
    """Have OpenTelemetry instrument threads."""
    instrumentor = ThreadingInstrumentor()
    instrumentor.instrument()
    try:
        yield
    finally:
        instrumentor.uninstrument()
        if "start" in vars(threading.Timer):  # it leaves its wrapper of Thread's there
            del threading.Timer.start


def in_thread(kind=threading.Thread, **options):
    """Return what a thread sees that is started here."""
    found = SimpleQueue()
    thread = kind(target=lambda: found.put(seen()), **options)
    thread.start()
    thread.join()
    return found.get()


def in_timer():
    """Return what a timer's function sees."""
    found = SimpleQueue()
    timer = threading.Timer(0, lambda: found.put(seen()))
    timer.start()
    timer.join()
    return found.get()


def in_pool():
    """Return what a task of a new pool sees."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(seen).result()


def everywhere():
    """Return what is seen in a thread, a timer and a pool that are started in span 1."""
    with span(1):
        return in_thread(), in_timer(), in_pool()


def test_install_and_uninstall():
    """Both may be called twice; after the second, each class has its own functions again."""
    before = state()
    propagation.uninstall()
    propagation.install()
    propagation.install()

    assert everywhere() == (1, 1, 1)
    propagation.uninstall()
    assert state() == before
    propagation.uninstall()
    assert state() == before
    assert everywhere() == (0, 0, 0)


def test_install_again():
    """It can be put in force again after it was undone."""
    for _ in range(2):
        propagation.install()
        assert everywhere() == (1, 1, 1)
        propagation.uninstall()


def test_over_opentelemetry():
    """Called after OpenTelemetry's instrumentation, both work, and that stays when ours goes."""
    with instrumented():
        between = state()
        propagation.install()
        assert everywhere() == (1, 1, 1)
        propagation.uninstall()
        assert state() == between


def test_under_opentelemetry():
    """Called before it, both work, and ours is taken out of its wrappers."""
    before = state()
    propagation.install()
    with instrumented():
        assert everywhere() == (1, 1, 1)
        propagation.uninstall()
        propagation.install()
        assert everywhere() == (1, 1, 1)
        propagation.uninstall()
    assert state() == before


def test_under_opentelemetry_until_the_end():
    """Undone after it has gone, ours leaves nothing either."""
    before = state()
    propagation.install()
    with instrumented():
        pass
    assert everywhere() == (1, 1, 1)
    propagation.uninstall()
    assert state() == before


def test_under_a_wrapper_that_hides_ours():
    """Where ours cannot be taken out, it does nothing any more, and can be put in force again."""
    before = threading.Thread.start
    propagation.install()
    ours = threading.Thread.start
    threading.Thread.start = lambda thread: ours(thread)
    try:
        propagation.uninstall()
        with span(1):
            assert in_thread() == 0
        propagation.install()
        with span(1):
            assert in_thread() == 1
        propagation.uninstall()
    finally:
        threading.Thread.start = ours
        propagation.install()
        propagation.uninstall()
    assert threading.Thread.start is before


def test_run_in_executor():
    """`loop.run_in_executor` carries, with the loop's own pool as well."""

    async def main():
        return await asyncio.get_running_loop().run_in_executor(None, seen)

    propagation.install()
    with span(1):
        assert asyncio.run(main()) == 1


def test_workers_do_not_keep_the_span_that_started_them():
    """A pool's initializer, and the thread of a queue listener, see no request's span."""
    found = []
    propagation.install()
    with (
        span(1),
        ThreadPoolExecutor(1, initializer=lambda: found.append(seen())) as pool,
    ):
        found.append(pool.submit(seen).result())

    assert found == [0, 1]


class Seen(logging.Handler):
    """A handler that remembers what its thread sees."""

    def emit(self, record):
        self.seen = seen()


def test_a_listener_started_in_a_span_sees_none():
    """The listener's thread is not that request's, also over OpenTelemetry's instrumentation."""
    with instrumented():
        propagation.install()
        records, handler = queue.SimpleQueue(), Seen()
        listener = logging.handlers.QueueListener(records, handler)
        with span(1):
            listener.start()
        records.put(logging.makeLogRecord({}))
        listener.stop()
        propagation.uninstall()

    assert handler.seen == 0


def test_our_classes_under_install():
    """The classes of the module work as before where the standard library's carry too."""
    propagation.install()
    with span(2), propagation.ThreadPoolExecutor(1) as pool:
        assert (in_thread(propagation.Thread), pool.submit(seen).result()) == (2, 2)
        with propagation.ProcessPoolExecutor(1) as processes:
            assert processes.submit(seen).result() == 2


def test_process_pool():
    """The standard library's pool of processes has each task's span, and no inherited one."""
    propagation.install()
    fork = multiprocessing.get_context("fork")
    with span(1), ProcessPoolExecutor(1, fork) as pool:
        found = [pool.submit(seen).result()]
        with span(2):
            found += [pool.submit(seen).result(), *pool.map(seen, [1])]
        with span(0):
            pass
    assert found == [1, 2, 2]


class Child(multiprocessing.get_context("fork").Process):
    """A process with a `run` of its own."""

    def __init__(self, found):
        super().__init__()
        self.found = found

    def run(self):
        self.found.put(seen())


def test_a_subclass_of_process():
    """A process with its own `run` carries, and is as it was afterwards in the parent."""
    found = multiprocessing.get_context("fork").SimpleQueue()
    propagation.install()
    with span(5):
        child = Child(found)
        child.start()
    child.join()

    assert (found.get(), "run" in vars(child)) == (5, False)


def test_import_alone_changes_nothing(run_script):
    """Importing the module patches no class."""
    assert (
        run_script(
            """
        import threading, concurrent.futures.thread, concurrent.futures.process
        import multiprocessing.pool, multiprocessing.process
        kinds = (threading.Thread, concurrent.futures.thread.ThreadPoolExecutor,
            concurrent.futures.process.ProcessPoolExecutor, multiprocessing.pool.Pool,
            multiprocessing.process.BaseProcess)
        before = [dict(vars(kind)) for kind in kinds]
        import tracefmt.propagation
        assert [dict(vars(kind)) for kind in kinds] == before
        """
        )
        == b""
    )


def test_tracefmt_does_not_import_it(run_script):
    """`import tracefmt` does not load propagation, nor what that needs."""
    assert (
        run_script(
            """
        import sys, tracefmt
        assert not [name for name in sys.modules if "propagation" in name or "multiproc" in name]
        """
        )
        == b""
    )
