"""`tracefmt.Logger`: what logging does, whichever way a call takes."""

import asyncio
import io
import json
import logging
import sys
import threading
import time
from unittest import mock

import pytest
from opentelemetry import trace

import tracefmt
from tracefmt import _core

CONTEXT = trace.SpanContext(
    0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, False, trace.TraceFlags(1)
)


def test_it_is_a_real_logger(log):
    """It is a `logging.Logger`, and logging gives it out by name."""
    assert isinstance(log, logging.Logger)
    assert logging.getLogger(log.name) is log
    assert tracefmt.get_logger(log.name) is log


def test_a_plain_logger_becomes_one_where_it_stands():
    """Whoever holds the logger keeps it, with its handlers and level."""
    before = logging.getLogger("stands.here")
    before.setLevel("ERROR")

    after = tracefmt.get_logger("stands.here")

    assert after is before
    assert type(before) is tracefmt.Logger
    assert before.level == logging.ERROR


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_logger_has_a_name(name):
    """The root logger and nonsense are refused, with what to write."""
    with pytest.raises(tracefmt.ConfigurationError, match="write its name"):
        tracefmt.get_logger(name)


def test_a_logger_of_another_class_is_refused():
    """A logger that somebody made with a class of their own is left alone."""

    class Other(logging.Logger):
        pass

    logging.root.manager.loggerDict["of.another"] = Other("of.another")
    with pytest.raises(tracefmt.ConfigurationError, match=r"is a .*Other; use logging\.getLogger"):
        tracefmt.get_logger("of.another")
    del logging.root.manager.loggerDict["of.another"]


def test_configure_native_makes_new_loggers_ours():
    """`configure(native=True)` sets the logger class, and undoing it brings the old one back."""
    before = logging.getLoggerClass()
    tracefmt.configure("INFO", stream=io.StringIO(), native=True)

    assert logging.getLoggerClass() is tracefmt.Logger
    assert type(logging.getLogger(f"new.{time.monotonic_ns()}")) is tracefmt.Logger
    tracefmt.configure(None)
    assert logging.getLoggerClass() is before


def test_levels_are_followed(log, output):
    """A level set later, on the logger or a parent, and `logging.disable` take effect at once."""
    child = tracefmt.get_logger(log.name + ".child")
    child.info("1")
    log.setLevel("ERROR")
    child.info("no")
    log.setLevel("DEBUG")
    child.debug("2")
    logging.disable(logging.INFO)
    child.info("no")
    logging.disable(logging.NOTSET)
    child.disabled = True
    child.error("no")
    child.disabled = False
    log.handlers[0].setLevel("ERROR")
    child.info("no")
    child.error("3")

    assert [json.loads(line)["message"] for line in output.lines()] == ["1", "2", "3"]


def test_handlers_and_propagation_are_followed(log, output, native):
    """Handlers of parents get the line while the logger propagates, and each handler its own."""
    child = tracefmt.get_logger(log.name + ".child")
    child.addHandler(output.handler(static={"second": True}))
    native.forget()  # a formatter looks at a record when it is built
    child.info("both")
    child.propagate = False
    child.info("one")

    found = [(line["message"], "second" in line) for line in map(json.loads, output.lines())]
    assert found == [("both", True), ("both", False), ("one", True)]
    assert native.is_as_expected()


def test_no_handler_means_last_resort(capsys):
    """Without any handler a warning goes where logging sends it."""
    logger = tracefmt.get_logger("nobody.listens")
    logger.parent = None
    logger.warning("alone")

    assert capsys.readouterr().err == "alone\n"


def test_a_foreign_handler_gets_its_record(log, output):
    """A handler of another make, as pytest's caplog, gets a record, and ours its line."""
    seen = []
    other = logging.Handler()
    other.emit = seen.append
    log.addHandler(other)
    log.info("to %s", "both", extra={"a": 1})

    assert [(record.getMessage(), record.a, record.lineno) for record in seen] == [
        ("to both", 1, sys._getframe().f_lineno - 3)
    ]
    assert len(output.lines()) == 1


def test_filters_of_logger_and_handler_are_asked(log, output):
    """A filter on the logger or on a handler sees each record, and may drop it."""
    log.addFilter(lambda record: record.msg != "no")
    log.info("no")
    log.info("yes")
    log.filters.clear()
    log.handlers[0].addFilter(lambda record: record.msg != "neither")
    log.info("neither")
    log.info("no")

    assert [json.loads(line)["message"] for line in output.lines()] == ["yes", "no"]


def test_a_record_factory_is_called(log, output):
    """With a record factory of somebody's the line has what it puts on the record."""

    def factory(*args, **kwargs):
        record = logging.LogRecord(*args, **kwargs)
        record.added = True
        return record

    logging.setLogRecordFactory(factory)
    log.info("x")

    assert json.loads(output.lines()[0])["added"] is True


@pytest.mark.parametrize("name", ["makeRecord", "handle", "callHandlers", "_log", "isEnabledFor"])
@pytest.mark.parametrize("kind", [logging.Logger, tracefmt.Logger])
def test_patched_methods_are_called(log, output, monkeypatch, name, kind):
    """What an agent patches on the class sees each call, and no more once the patch is gone."""
    log.info("before")
    seen = []
    original = getattr(kind, name)

    def patched(self, *args, **kwargs):
        seen.append(name)
        return original(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(kind, name, patched)
        log._cache.clear()
        log.info("during")
    calls = len(seen)
    log.info("after")

    assert calls == len(seen) == 1
    assert len(output.lines()) == 3


def test_a_method_patched_on_the_logger_is_called(log):
    """So it is for a patch on the one logger."""
    with mock.patch.object(log, "handle") as handle:
        log.info("x")
    with mock.patch.object(log, "info") as info:
        log.info("x")

    assert handle.call_count == info.call_count == 1


def test_a_subclass_that_overrides_is_called(output):
    """Methods of a subclass are called, those that log and those behind them."""
    seen = []

    class Own(tracefmt.Logger):
        def info(self, msg, *args, **kwargs):
            seen.append("info")
            super().info(msg, *args, **kwargs)

        def makeRecord(self, *args, **kwargs):
            seen.append("makeRecord")
            return super().makeRecord(*args, **kwargs)

    logger = Own("own")
    logger.addHandler(output.handler())
    logger.info("a")
    logger.warning("b")

    assert seen == ["info", "makeRecord", "makeRecord"]
    assert len(output.lines()) == 2


def test_stopped_time_is_respected(log, output):
    """Tests that replace the clock see their time in the line."""
    log.handlers[0].setFormatter(tracefmt.Formatter(exclude=["level", "logger"]))
    stopped = {"time": lambda: 0.5, "time_ns": lambda: 500_000_000}
    with mock.patch.multiple(time, **stopped):
        log.info("x")

    assert output.lines() == ['{"timestamp":"1970-01-01T00:00:00.500000Z","message":"x"}']


def test_the_callsite_is_that_of_the_call(log, output):
    """With `callsite` the line names the user's line, also under `stacklevel`."""
    log.handlers[0].setFormatter(tracefmt.Formatter(callsite=True))

    def inner():
        log.info("x", stacklevel=2)

    log.info("x")
    inner()
    log.bind(a=1).info("x")
    here = sys._getframe().f_lineno
    found = [json.loads(line) for line in output.lines()]

    assert [line["code.line.number"] for line in found] == [here - 3, here - 2, here - 1]
    assert {line["code.file.path"] for line in found} == {__file__}
    assert found[0]["code.function.name"] == "test_the_callsite_is_that_of_the_call"


def test_a_clash_raises_as_in_logging(log):
    """An `extra` key that a record has itself raises KeyError, if the level is enabled."""
    with pytest.raises(KeyError, match="Attempt to overwrite 'name' in LogRecord"):
        log.info("x", extra={"name": 1})
    with pytest.raises(KeyError, match="message"):
        log.info("x", extra={"message": 1})
    with pytest.raises((TypeError, IndexError)):
        log.info("x", extra=[1])
    log.debug("x", extra={"name": 1})


def test_a_level_is_an_integer(log, monkeypatch):
    """A level that is no integer raises as in logging, or is passed over."""
    monkeypatch.setattr(logging, "raiseExceptions", True)
    with pytest.raises(TypeError, match="level must be an integer"):
        log.log("INFO", "x")
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.log("INFO", "x")


def test_the_ids_are_those_of_the_span(log, output):
    """In a span the line carries its ids, natively as well."""
    with trace.use_span(trace.NonRecordingSpan(CONTEXT)):
        log.info("x")

    found = json.loads(output.lines()[0])
    assert found["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert found["span_id"] == "b7ad6b7169203331"


def test_a_task_has_its_name_as_in_logging(log, plain, output):
    """From Python 3.12 on the name of the asyncio task is an attribute, as on a record."""

    async def main():
        plain.info("x")
        log.info("x")

    asyncio.run(main(), debug=False)
    expected, found = output.lines()

    assert found == expected
    assert ('"taskName":"Task-' in found) == (sys.version_info >= (3, 12))


def test_an_error_of_the_descriptor_goes_to_handle_error(capsys, monkeypatch):
    """A write that fails is reported as logging reports it, with the message."""
    monkeypatch.setattr(logging, "raiseExceptions", True)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        logger = tracefmt.Logger("full")
        logger.addHandler(tracefmt.StreamHandler(full))
        logger.error("lost %s", "words")
    error = capsys.readouterr().err

    assert "No space left on device" in error
    assert "lost %s" in error


def test_a_value_that_interrupts_is_heard(log):
    """KeyboardInterrupt from a value passes through the call."""

    class Interrupt:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.info("x", extra={"value": Interrupt()})


def test_two_threads_lose_nothing(log, output):
    """Lines of two threads are whole and complete."""

    def work(name):
        for number in range(2000):
            log.info(name, extra={"number": number})

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [(line["message"], line["number"]) for line in map(json.loads, output.lines())]

    assert sorted(found) == [(name, number) for name in "ab" for number in range(2000)]


def test_the_python_core_has_no_native_methods(core):
    """With the Python core the methods are those of the class."""
    assert ("info" in vars(tracefmt.Logger("x"))) == (core.NAME == "rust")
    assert (_core.core.LoggerMethods is None) == (core.NAME == "python")
