"""Threads and thread pools that carry: what the table does not say."""

import contextvars
import gc
import logging
import threading
import weakref
from queue import SimpleQueue

import pytest
from tests.propagation.spans import leave_attached, seen, span

import tracefmt
from tracefmt import propagation

pytestmark = pytest.mark.once
VARIABLE = contextvars.ContextVar("variable", default=None)


class Held:
    """Something that can be watched."""


def carried_by(work):
    """Do some work with a watched object in the context; return what it gave, and the watch."""
    held = Held()
    token = VARIABLE.set(held)
    try:
        return work(), weakref.ref(held)
    finally:
        VARIABLE.reset(token)


def finished_thread():
    thread = propagation.Thread(target=seen)
    thread.start()
    thread.join()
    return thread


def test_a_thread_lets_its_context_go():
    """After `run` has returned, a thread that is kept does not keep the context."""
    thread, watched = carried_by(finished_thread)
    gc.collect()

    assert watched() is None
    assert "run" not in vars(thread)


def test_a_thread_that_cannot_start_lets_its_context_go(monkeypatch):
    """Where the system has no thread left, the thread is as it was, and may be started later."""
    thread = propagation.Thread(target=seen)
    for name in ("_start_new_thread", "_start_joinable_thread"):
        if hasattr(threading, name):
            monkeypatch.setattr(threading, name, refuse)
    with pytest.raises(RuntimeError, match="no thread"):
        thread.start()
    monkeypatch.undo()

    assert "run" not in vars(thread)
    thread.start()
    thread.join()


def refuse(*_args, **_options):
    raise RuntimeError("no thread")


def test_a_pool_lets_the_context_go():
    """After a task is done, neither its future nor the worker keeps the context."""
    with propagation.ThreadPoolExecutor(1) as pool:
        future, watched = carried_by(lambda: pool.submit(seen))
        future.result()
        pool.submit(seen).result()  # the worker has put the first one aside
        gc.collect()

        assert watched() is None


def test_a_thread_starts_once():
    """Starting it again is the error that it always was."""
    thread = finished_thread()

    with pytest.raises(RuntimeError, match="once"):
        thread.start()


def test_the_context_is_that_of_start():
    """What counts is where a thread is started, not where it was made."""
    found = SimpleQueue()
    with span(1):
        thread = propagation.Thread(target=lambda: found.put(seen()))
    with span(2):
        thread.start()
    thread.join()

    assert found.get() == 2


def test_a_run_that_an_agent_put_on_the_thread_is_called():
    """A `run` on the instance, as error trackers put it there, is called in the context."""
    found = SimpleQueue()
    thread = propagation.Thread()
    thread.run = lambda: found.put(seen())
    with span(3):
        thread.start()
    thread.join()

    assert found.get() == 3


def test_map_takes_the_context_of_the_call():
    """`map` carries what was current when it was called, wherever its results are read."""
    with propagation.ThreadPoolExecutor(1) as pool:
        with span(4):
            results = pool.map(seen, range(3))
        with span(5):
            assert list(results) == [4, 4, 4]


def test_a_careless_task_changes_nothing_for_the_next():
    """A span that one task leaves attached is not seen by the next one."""
    with propagation.ThreadPoolExecutor(1) as pool:
        assert [pool.submit(leave_attached).result(), pool.submit(seen).result()] == [444, 0]


def test_system_exit_ends_a_thread_quietly(capfd, monkeypatch):
    """`SystemExit` in a thread says nothing, as ever."""
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)

    def leave():
        raise SystemExit

    thread = propagation.Thread(target=leave)
    thread.start()
    thread.join()

    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_hook_is_told_which_thread_failed(monkeypatch):
    """`threading.excepthook` gets the exception and the thread, once."""
    told = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    thread = propagation.Thread(target=int, args=("x",))
    thread.start()
    thread.join()

    assert [(hook.exc_type, hook.thread) for hook in told] == [(ValueError, thread)]


def test_a_line_of_a_pool_has_the_ids(capfd):
    """What a task logs belongs to the trace of whoever submitted it."""
    tracefmt.configure("INFO", exclude=["timestamp"])
    with propagation.ThreadPoolExecutor(1) as pool, span(0xAB):
        pool.submit(logging.info, "done").result()

    assert capfd.readouterr().err == (
        '{"level":"info","logger":"root","message":"done",'
        f'"trace_id":"{0xAB:032x}","span_id":"{0xAB:016x}","trace_flags":"01"}}\n'
    )
