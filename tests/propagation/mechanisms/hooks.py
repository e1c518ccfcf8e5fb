"""Hooks for exceptions that nobody caught."""

import asyncio
import contextvars
import gc
import threading
from queue import SimpleQueue

from tests.propagation.libraries import script
from tests.propagation.mechanisms.rows import in_thread, row
from tests.propagation.spans import leave_attached, seen, span

from tracefmt import propagation


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
