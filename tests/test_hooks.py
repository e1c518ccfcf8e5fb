"""Warnings and uncaught exceptions as lines, in processes of their own."""

import json
import sys

import pytest

START = """
import asyncio, gc, logging, sys, threading, warnings
from opentelemetry import trace
import tracefmt, tracefmt.hooks
def span(number):
    context = trace.SpanContext(number, number, False, trace.TraceFlags(1))
    return trace.use_span(trace.NonRecordingSpan(context))
tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp", "taskName"])
tracefmt.hooks.install()
tracefmt.hooks.install()
"""


@pytest.fixture
def logged(run_script):
    """Run a script with the hooks installed; return its lines."""

    def logged(source):
        return [json.loads(line) for line in run_script(START + source).decode().splitlines()]

    return logged


def test_warning(logged):
    """A warning is a line with its category and place, in the span that is active."""
    (line,) = logged("""
warnings.simplefilter("always")
with span(7):
    warnings.warn_explicit("old\\nhat", DeprecationWarning, "app.py", 3)
""")

    assert line == {
        "level": "warning",
        "logger": "py.warnings",
        "message": "old\nhat",
        "trace_id": f"{7:032x}",
        "span_id": f"{7:016x}",
        "trace_flags": "01",
        "warning.category": "DeprecationWarning",
        "warning.filename": "app.py",
        "warning.lineno": 3,
    }


def test_warning_for_a_file_goes_there(logged):
    """Who asks for a warning's text in a file of theirs gets it."""
    lines = logged("""
import io
file = io.StringIO()
warnings.showwarning("old", UserWarning, "app.py", 3, file)
assert "app.py:3: UserWarning: old" in file.getvalue()
""")

    assert lines == []


def test_exception_that_ends_the_program(logged):
    """An uncaught exception is a critical line; Python's own text is not printed."""
    (line,) = logged("""
sys.stderr = None  # it would fail there
try:
    raise LookupError("no order")
except LookupError:
    with span(7):
        sys.excepthook(*sys.exc_info())
""")

    assert line["level"] == "critical"
    assert line["logger"] == "py.exceptions"
    assert line["message"] == "uncaught exception"
    assert line["exception.type"] == "LookupError"
    assert line["trace_id"] == f"{7:032x}"


def test_exception_keeps_the_ids_of_the_span_it_left(logged):
    """Where somebody has seen the exception in its span, the line has that span's ids."""
    (line,) = logged("""
from opentelemetry.context import get_current
from tracefmt import _raised
error = LookupError("no order")
with span(7):
    _raised.remember(error, get_current())
sys.excepthook(LookupError, error, None)
""")

    assert line["trace_id"] == f"{7:032x}"


def test_remember_span(logged):
    """An exception that passes `remember_span` has the ids of the span that was active there."""
    (line,) = logged("""
sys.stderr = None
try:
    with span(7), tracefmt.hooks.remember_span():
        raise LookupError("no order")
except LookupError:
    sys.excepthook(*sys.exc_info())
""")

    assert (line["trace_id"], line["exception.type"]) == (f"{7:032x}", "LookupError")


def test_keyboard_interrupt_is_none(logged):
    """Ctrl-C goes to the hook that was there before, alone."""
    lines = logged("""
tracefmt.hooks.uninstall()
seen = []
sys.excepthook = lambda *arguments: seen.append(arguments)
tracefmt.hooks.install()
sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
assert len(seen) == 1
""")

    assert lines == []


def test_hooks_of_others_are_called(logged):
    """A hook that was there and is not Python's own is called after the line is written."""
    lines = logged("""
tracefmt.hooks.uninstall()
sys.excepthook = lambda *arguments: logging.getLogger("other").info("called")
tracefmt.hooks.install()
sys.excepthook(LookupError, LookupError(), None)
""")

    assert [line["logger"] for line in lines] == ["py.exceptions", "other"]


def test_exception_that_ends_a_thread(logged):
    """An exception in a thread is a line with the thread's name."""
    (line,) = logged("""
def work():
    raise LookupError("no order")
thread = threading.Thread(target=work, name="worker-7")
thread.start()
thread.join()
""")

    assert line["level"] == "error"
    assert line["message"] == "uncaught exception in thread worker-7"
    assert line["thread.name"] == "worker-7"
    assert line["exception.message"] == "no order"


def test_thread_that_exits(logged):
    """SystemExit in a thread is no failure, as for threading itself."""
    lines = logged("""
thread = threading.Thread(target=sys.exit)
thread.start()
thread.join()
""")

    assert lines == []


UNRAISABLE = """
class Thing:
    def __del__(self):
        raise LookupError("no order")
    def __repr__(self):
        raise RuntimeError("half gone")
"""


def test_exception_that_nobody_can_catch(logged):
    """An exception in `__del__` is a line, in the span where the last reference was dropped."""
    (line,) = logged(
        UNRAISABLE
        + """
thing = Thing()
with span(7):
    del thing
"""
    )

    assert line["level"] == "error"
    assert line["exception.message"] == "no order"
    assert "Thing.__del__" in line["object"]
    assert line["trace_id"] == f"{7:032x}"


def test_exception_that_the_collector_meets(logged):
    """The collector runs in the span of anybody, so the line has no ids."""
    (line,) = logged(
        UNRAISABLE
        + """
gc.disable()
thing = Thing()
thing.itself = thing
del thing
with span(7):
    gc.collect()
"""
    )

    assert line["exception.message"] == "no order"
    assert "trace_id" not in line


LEFT_OVER = """
async def fail():
    raise LookupError("no order")
async def leave():
    with span(7):
        task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with span(8):
        del task
"""


def test_exception_that_asyncio_finds(logged):
    """A task's exception that nobody looked at has its task's ids, or none, never another's."""
    (line,) = logged(LEFT_OVER + "asyncio.run(leave())")

    assert line["logger"] == "asyncio"
    assert line["message"].startswith("Task exception was never retrieved")
    assert line["exception.message"] == "no order"
    assert line.get("trace_id") == (f"{7:032x}" if sys.version_info >= (3, 12) else None)


def test_exception_that_uvloop_finds(logged):
    """A loop of uvloop's is taken over where it runs at the call, and given back."""
    pytest.importorskip("uvloop")
    lines = logged(
        LEFT_OVER
        + """
import uvloop
async def main():
    loop = asyncio.get_running_loop()
    tracefmt.hooks.install()
    await leave()
    tracefmt.hooks.uninstall()
    assert loop.get_exception_handler() is None
    loop.set_exception_handler(handler := lambda *_: None)
    tracefmt.hooks.install()
    assert loop.get_exception_handler() is handler
uvloop.run(main())
"""
    )
    line = lines[-1]

    assert line["exception.message"] == "no order"
    assert line.get("trace_id") == (f"{7:032x}" if sys.version_info >= (3, 12) else None)


def test_exception_in_a_callback(logged):
    """A callback's exception has the ids of the span in which it was scheduled."""
    (line,) = logged("""
async def main():
    with span(7):
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
asyncio.run(main())
""")

    assert line["exception.type"] == "ZeroDivisionError"
    assert line["trace_id"] == f"{7:032x}"


def test_uninstall(logged):
    """Afterwards every hook is what it was before, and no function of ours is called."""
    lines = logged("""
tracefmt.hooks.uninstall()
assert sys.excepthook is sys.__excepthook__
assert sys.unraisablehook is sys.__unraisablehook__
assert threading.excepthook is threading.__excepthook__
assert warnings.showwarning is warnings._showwarning_orig
assert "tracefmt" not in asyncio.BaseEventLoop.default_exception_handler.__module__
assert not [callback for callback in gc.callbacks if "tracefmt" in callback.__module__]
tracefmt.hooks.uninstall()
""")

    assert lines == []


def test_uninstall_below_another(logged):
    """A hook that was put on top of ours stays, and ours passes on what it gets."""
    lines = logged("""
calls = []
ours = sys.excepthook
sys.excepthook = lambda *arguments: (calls.append(1), ours(*arguments))
tracefmt.hooks.uninstall()
sys.stderr = open("/dev/null", "w")
sys.excepthook(LookupError, LookupError(), None)
assert calls == [1]
""")

    assert lines == []


def test_logging_that_fails(run_script):
    """Where the line cannot be logged, Python prints what it would have printed."""
    out = run_script(
        START
        + """
import io
logging.getLogger("py.exceptions").addFilter(lambda record: 1 / 0)
sys.stderr = io.StringIO()
sys.excepthook(LookupError, LookupError("no order"), None)
assert "LookupError: no order" in sys.stderr.getvalue()
"""
    )

    assert out == b""
