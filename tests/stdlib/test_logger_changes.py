"""What changes between two calls of a logger is seen by the second, whatever the first found."""

import contextlib
import json
import logging
import subprocess
import sys
import textwrap
import time
from unittest import mock

import pytest
from opentelemetry import context, trace
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext

import tracefmt

SPAN = trace.set_span_in_context(
    trace.NonRecordingSpan(trace.SpanContext(0xABC, 0xDEF, False, trace.TraceFlags(1)))
)


@pytest.fixture
def said(log, output):
    """Log twice, so that all is known that can be; then return what the next calls write."""

    def next_lines(call=lambda: log.info("x", n=1)):
        call()
        return [json.loads(line) for line in output.lines()]

    assert next_lines() == next_lines() != []
    return next_lines


@contextlib.contextmanager
def another(owner, name, value):
    """Put a value in the place of another, by plain assignment, and bring that one back."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@pytest.mark.parametrize("stopped", ["time", "time_ns"])
def test_a_clock(log, said, stopped):
    """A clock that is replaced gives the next line its time, and none after it is back."""
    log.handlers[0].setFormatter(tracefmt.Formatter(exclude=["level", "logger"]))
    said()
    if stopped == ("time_ns" if sys.version_info >= (3, 13) else "time"):
        value = 500_000_000 if stopped == "time_ns" else 0.5
        with another(time, stopped, lambda: value):
            assert said()[0]["timestamp"] == "1970-01-01T00:00:00.500000Z"
    else:
        with another(time, stopped, lambda: 1 / 0):
            assert said()[0]["timestamp"] > "2020"
    assert said()[0]["timestamp"] > "2020"


def test_a_record_factory(said):
    """A record factory that is set is asked by the next call, and no more once it is taken back."""
    before = logging.getLogRecordFactory()
    usual = said()

    def factory(*args, **kwargs):
        record = before(*args, **kwargs)
        record.added = True
        return record

    logging.setLogRecordFactory(factory)
    during = said()
    logging.setLogRecordFactory(before)

    assert during == [{**usual[0], "added": True}]
    assert said() == usual


@pytest.mark.parametrize("name", ["makeRecord", "handle", "callHandlers", "isEnabledFor", "_log"])
@pytest.mark.parametrize("kind", [logging.Logger, tracefmt.Logger])
def test_a_method_of_the_class(said, name, kind, log):
    """A method that is put on the class is called by the next call, and no more once it is gone."""
    usual = said()
    seen = []
    original = getattr(kind, name)
    own = name in vars(kind)

    def patched(self, *args, **kwargs):
        seen.append(name)
        return original(self, *args, **kwargs)

    setattr(kind, name, patched)
    log._cache.clear()  # what logging itself remembers of isEnabledFor
    try:
        assert said() == usual
    finally:
        if own:
            setattr(kind, name, original)
        else:
            delattr(kind, name)
    calls = len(seen)

    assert calls == 1
    assert said() == usual
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["info", "handle", "makeRecord", "callHandlers"])
def test_a_method_of_the_logger(log, said, name):
    """So it is with a method on the logger itself."""
    usual = said()
    with mock.patch.object(log, name, wraps=getattr(log, name)) as stand_in:
        assert said() == usual
    assert stand_in.call_count == 1
    assert said() == usual


def test_levels(log, said):
    """Levels of the logger, of its handler and of all loggers hold for the next call."""
    usual = said()
    log.setLevel("ERROR")
    assert said() == []
    log.setLevel("INFO")
    assert said() == usual
    logging.disable(logging.INFO)
    assert said() == []
    logging.disable(logging.NOTSET)
    assert said() == usual
    log.handlers[0].setLevel("ERROR")
    assert said() == []
    log.handlers[0].setLevel("NOTSET")
    assert said() == usual
    log.disabled = True
    assert said() == []
    log.disabled = False
    assert said() == usual


def test_a_level_that_is_inherited(log, output):
    """The level of a parent holds for the next call of a child that has none."""
    child = tracefmt.get_logger(log.name + ".child")
    for level, count in (("INFO", 1), ("ERROR", 0), ("DEBUG", 1)):
        log.setLevel(level)
        child.info("x")
        child.info("y")
        assert len(output.lines()) == 2 * count


def test_the_name_of_a_level(said):
    """A level that gets another name has it in the next line."""
    usual = said()
    logging.addLevelName(logging.INFO, "NOTE")
    during = said()
    logging.addLevelName(logging.INFO, "INFO")

    assert [line["level"] for line in during] == ["note"]
    assert said() == usual


def test_handlers(log, said, output):
    """Handlers that come and go, by logging's methods or in the list, count at the next call."""
    usual = said()
    second = output.handler(static={"second": True})
    log.addHandler(second)
    assert said() == [*usual, {**usual[0], "second": True}]
    log.removeHandler(second)
    assert said() == usual
    log.handlers.append(second)
    assert len(said()) == 2
    log.handlers[:] = [second]
    assert said() == [{**usual[0], "second": True}]
    log.handlers = []
    with mock.patch.object(logging, "lastResort", None), another(logging, "raiseExceptions", False):
        assert said() == []


def test_handlers_of_a_foreign_make(log, said):
    """A handler of another make gets a record of the next call, and of none once it is removed."""
    usual = said()
    seen = []
    other = logging.Handler()
    other.emit = seen.append
    log.addHandler(other)
    assert said() == usual
    log.removeHandler(other)
    assert said() == usual

    assert [(record.msg, record.n) for record in seen] == [("x", 1)]


def test_handlers_of_parents(log, said, output):
    """What a parent's handlers are, whether a logger propagates, and what its parent is."""
    child = tracefmt.get_logger(log.name + ".child")
    grandchild = tracefmt.get_logger(log.name + ".child.grand")

    def lines():
        return [line.get("second", False) for line in said(lambda: grandchild.info("x"))]

    assert lines() == lines() == [False]
    second = output.handler(static={"second": True})
    child.addHandler(second)
    assert lines() == [True, False]
    child.propagate = False
    assert lines() == [True]
    child.propagate = True
    child.removeHandler(second)
    assert lines() == [False]
    log.addHandler(second)
    assert lines() == [False, True]
    grandchild.parent = None
    grandchild.addHandler(second)
    assert lines() == [True]


def test_filters(log, said):
    """Filters of the logger and of the handler are asked from the next call on."""
    usual = said()

    def refuse(record):
        return False

    for owner in (log, log.handlers[0]):
        owner.addFilter(refuse)
        assert said() == []
        owner.removeFilter(refuse)
        assert said() == usual


def test_formatter_and_stream(log, said, output, tmp_path):
    """A handler's formatter and stream hold for the next call."""
    usual = said()
    handler = log.handlers[0]
    handler.setFormatter(tracefmt.Formatter(exclude=["timestamp", "logger"]))
    assert said() == [{key: value for key, value in usual[0].items() if key != "logger"}]
    with (tmp_path / "other.jsonl").open("w") as stream:
        handler.setStream(stream)
        assert said() == []
        handler.setStream(output.stream)
    assert len(said()) == 1
    assert len((tmp_path / "other.jsonl").read_text().splitlines()) == 1


def test_errors_that_are_not_to_be_seen(log, said, capsys, tmp_path):
    """`logging.raiseExceptions` says whether the next error is printed."""
    with (tmp_path / "closed").open("w") as stream:
        log.handlers[0].setStream(stream)
    log.info("not written")
    with another(logging, "raiseExceptions", False):
        log.info("nor said")
    printed = capsys.readouterr().err

    assert "Message: 'not written'" in printed
    assert "nor said" not in printed


def test_the_runtime_context_of_opentelemetry(said):
    """A runtime context that replaces the one in force is asked by the next call."""
    token = context.attach(SPAN)
    try:
        assert said()[0]["trace_id"] == f"{0xABC:032x}"
        with another(context, "_RUNTIME_CONTEXT", ContextVarsRuntimeContext()):
            assert "trace_id" not in said()[0]
            inner = context.attach(SPAN)
            assert said()[0]["trace_id"] == f"{0xABC:032x}"
            context.detach(inner)
        assert said()[0]["trace_id"] == f"{0xABC:032x}"
    finally:
        context.detach(token)
    assert "trace_id" not in said()[0]


def test_asyncio_that_is_imported_later(core_name):
    """A task that logs has its name in the line, though the logger knew no asyncio before."""
    code = """
        import logging, sys, tracefmt
        log = tracefmt.get_logger("app")
        log.addHandler(tracefmt.StreamHandler(
            sys.stdout, formatter=tracefmt.Formatter(exclude=["timestamp"])))
        log.propagate = False
        log.setLevel("INFO")
        log.info("before")
        log.info("before")
        assert "asyncio" not in sys.modules
        import asyncio
        async def main():
            log.info("within")
            logging.logAsyncioTasks = False
            log.info("not asked for")
            logging.logAsyncioTasks = True
        asyncio.run(main())
        log.info("after")
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={"TRACEFMT_CORE": core_name},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    named = {line["message"] for line in found if "taskName" in line}

    assert len(found) == 5
    assert named == ({"within"} if sys.version_info >= (3, 12) else set())
