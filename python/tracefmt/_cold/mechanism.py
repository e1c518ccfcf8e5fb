"""Which mechanism runs this code, and so has lost the context of whoever asked for it."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any, NamedTuple


class Mechanism(NamedTuple):
    """
    What runs the code that logs, and what to write so that the context comes along.

    Attributes:
        name: the mechanism, as Python's documentation calls it.
        instead: the line to write instead.
    """

    name: str
    instead: str


_SPAN = "with tracefmt.use(traceparent): ...  # or start a span around it"

NO_SPAN = Mechanism("no span was started", _SPAN)
ENDED_SPAN = Mechanism(
    "a span that has ended", "with tracer.start_as_current_span(name): ...  # or detach(token)"
)
ANOTHER_SPAN = Mechanism("another span was active", _SPAN)
FORKED = Mechanism("os.fork", "propagation.initializer()  # in the child")
_TASK = Mechanism("asyncio task", "asyncio.create_task(propagation.wrap(function)())")
_CALLBACK = Mechanism("event loop callback", "loop.call_soon(propagation.wrap(callback))")
_EXECUTOR = Mechanism(
    "loop.run_in_executor", "await propagation.run_in_executor(executor, function)"
)
_POOL = Mechanism("ThreadPoolExecutor", "propagation.ThreadPoolExecutor()")
_FUTURE = Mechanism(
    "Future.add_done_callback", "future.add_done_callback(propagation.wrap(callback))"
)
_THREAD_POOL = Mechanism(
    "multiprocessing.pool.ThreadPool", "pool.map(propagation.wrap(function), …)"
)
_PROCESS_POOL = Mechanism("ProcessPoolExecutor", "propagation.ProcessPoolExecutor()")
_PROCESSES = Mechanism(
    "multiprocessing.Pool", "pool.map(propagation.wrap_for_process(function), …)"
)
_PROCESS = Mechanism(
    "multiprocessing.Process", "Process(target=propagation.wrap_for_process(function))"
)
_LISTENER = Mechanism("QueueListener", "tracefmt.QueueHandler(queue)")
_TIMER = Mechanism("threading.Timer", "propagation.Timer(seconds, function)")
_THREAD = Mechanism("threading.Thread", "propagation.Thread(target=function)")
_LOW_LEVEL = Mechanism(
    "_thread.start_new_thread", "start_new_thread(propagation.wrap(function), ())"
)
_FINALIZER = Mechanism("finalizer", "weakref.finalize(thing, propagation.wrap(function))")

# Modules of the standard library, and functions within, whose frames are on the stack of the work
# that they run: the innermost one counts.
_RUNNERS = {
    ("concurrent.futures._base", "_invoke_callbacks"): _FUTURE,
    ("concurrent.futures.process", "_process_worker"): _PROCESS_POOL,
    ("concurrent.futures.thread", "_worker"): _POOL,
    ("logging.handlers", "_monitor"): _LISTENER,
    ("multiprocessing.process", "_bootstrap"): _PROCESS,
    ("multiprocessing.pool", "worker"): _PROCESSES,
    ("threading", "_bootstrap_inner"): _THREAD,
    ("weakref", "__call__"): _FINALIZER,
}


def mechanism() -> Mechanism:
    """
    Return what runs the calling code, as its stack and its thread tell.

    Example:
        >>> from tracefmt.correlation import mechanism
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> with ThreadPoolExecutor() as pool:
        ...     print(pool.submit(mechanism).result().instead)
        propagation.ThreadPoolExecutor()
    """
    found = _of_stack(sys._getframe(1))  # noqa: SLF001
    if found in _INNERMOST:
        return found
    return _of_loop() or _of_thread(found)


_INNERMOST = (_FUTURE, _FINALIZER)


def _of_stack(frame: FrameType | None) -> Mechanism:
    while frame is not None:
        place = (frame.f_globals.get("__name__"), frame.f_code.co_name)
        found = _RUNNERS.get(place)  # type: ignore[arg-type]
        if found is not None:
            return found
        frame = frame.f_back
    return NO_SPAN


def _of_loop() -> Mechanism | None:
    """Return what an event loop runs in this thread, if one does."""
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:  # noqa: SLF001
        return None
    return _CALLBACK if asyncio.current_task() is None else _TASK


def _of_thread(found: Mechanism) -> Mechanism:
    """Tell apart what looks alike on the stack."""
    thread = threading.current_thread()
    if found is _POOL and thread.name.startswith("asyncio_"):
        return _EXECUTOR
    if found is _PROCESSES and thread is not threading.main_thread():
        return _THREAD_POOL
    if found is _THREAD and isinstance(thread, threading.Timer):
        return _TIMER
    if found is NO_SPAN and thread is not threading.main_thread():
        return _LOW_LEVEL
    return found
