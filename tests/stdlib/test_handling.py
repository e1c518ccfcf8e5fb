"""The core may stand in for a handler's `handle`; nobody can tell by what happens."""

import logging
import sys
import threading
from pathlib import Path
from unittest import mock

import pytest
from tests.core.line import checked

import tracefmt


@pytest.fixture
def read(tmp_path):
    """Return a stream and a function that gives back the messages written to it."""
    path = tmp_path / "out.jsonl"
    stream = path.open("w")
    yield stream, lambda: [line.split('"')[3] for line in path.read_text().splitlines()]
    stream.close()


def handler(stream, kind=tracefmt.StreamHandler):
    formatter = tracefmt.Formatter(exclude=["timestamp", "level", "logger"])
    return kind(stream, formatter=formatter)


def record(msg, **attributes):
    return logging.makeLogRecord({"msg": msg, "levelname": "INFO", **attributes})


def test_the_rust_core_stands_in(core, read):
    """With the Rust core `handle` is native, with the Python core it is logging's."""
    native = "handle" in vars(handler(read[0]))

    assert native == (core.NAME == "rust")


def test_a_filter_drops_and_changes(read):
    """Filters of the handler are asked, also when added after the first record."""
    stream, messages = read
    out = handler(stream)
    out.handle(record("one"))
    out.addFilter(lambda record: record.msg != "two")
    out.handle(record("two"))
    out.handle(record("three"))
    out.filters.clear()
    out.handle(record("two"))
    out.filters = [lambda record: False]
    out.handle(record("four"))

    assert messages() == ["one", "three", "two"]


@pytest.mark.parametrize("method", ["emit", "handle", "filter", "format", "handleError"])
def test_a_subclass_keeps_its_own_methods(read, method):
    """What a subclass overrides is called."""
    calls = []

    class Own(tracefmt.StreamHandler):
        pass

    def own(self, record, *rest):
        calls.append(record.msg)
        return getattr(tracefmt.StreamHandler, method)(self, record, *rest)

    setattr(Own, method, own)
    out = handler(read[0], Own)
    if method == "handleError":
        read[0].close()
    out.handle(record("mine"))

    assert calls == ["mine"]


def test_a_method_put_on_the_instance_before_use_is_called(read):
    """Replacing `handle` on a handler, as test tools do, takes effect."""
    calls = []
    out = handler(read[0])
    out.handle = calls.append
    logger = logging.getLogger("handling")
    logger.handlers, logger.propagate = [out], False
    logger.warning("seen")

    assert [record.msg for record in calls] == ["seen"]


@pytest.mark.parametrize("method", ["emit", "handle", "filter", "format"])
def test_a_method_put_on_the_handler_is_called(read, method):
    """A method that is put on one handler is called until it is taken off, whatever else is set."""
    stream, messages = read
    out = handler(stream)
    with mock.patch.object(out, method, return_value='"""patched"') as patched:
        out.setLevel("INFO")
        out.filters = []
        out.setFormatter(handler(stream).formatter)
        out.handle(record("during"))
    out.handle(record("after"))

    assert patched.call_count == 1
    assert messages()[-1] == "after"


def test_an_error_goes_to_handle_error(read, capsys, monkeypatch):
    """A closed stream is reported as logging does, and nothing is raised."""
    monkeypatch.setattr(logging, "raiseExceptions", True)
    out = handler(read[0])
    read[0].close()

    out.handle(record("too late"))

    error = capsys.readouterr().err
    assert "--- Logging error ---" in error
    assert "ValueError" in error
    assert "too late" in error


def test_a_descriptor_that_fails_goes_to_handle_error():
    """An error of the kernel reaches `handleError` with the record and the exception."""
    seen = []
    with Path("/dev/full").open("w") as full:
        out = handler(full)
        out.handleError = lambda record: seen.append((record.msg, sys.exc_info()[0]))
        out.handle(record("lost"))

    assert seen == [("lost", OSError)]


def test_setting_a_formatter_or_stream_takes_effect(read, tmp_path):
    """A new formatter and a new stream are used for the next record."""
    stream, messages = read
    out = handler(stream)
    out.handle(record("one"))
    out.setFormatter(logging.Formatter('a "b" "%(message)s" text'))
    out.handle(record("two"))
    other = tmp_path / "other"
    with other.open("w") as second:
        out.setStream(second)
        out.handle(record("three"))
        out.setStream(stream)

    assert messages() == ["one", "two"]
    assert other.read_text() == 'a "b" "three" text\n'


def test_keyboard_interrupt_passes(read):
    """What must end a program is not swallowed by a handler."""

    class Interrupt:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handler(read[0]).handle(record("x", value=Interrupt()))


def test_many_threads_write_whole_lines(read):
    """Lines of threads that log at once are whole, and all are there."""
    stream, messages = read
    out = handler(stream)

    def work(name):
        for _ in range(500):
            out.handle(record(name * 50))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(messages()) == sorted(name * 50 for name in "abcd" for _ in range(500))


@pytest.mark.parametrize("get_logger", [logging.getLogger, tracefmt.get_logger])
def test_a_patched_class(get_logger, tmp_path):
    """What somebody patches on the handler's class is called, and no longer when it is put back."""
    path = tmp_path / "app.jsonl"
    handler = tracefmt.FileHandler(path)
    log = get_logger(f"patched.{get_logger.__module__}")
    log.handlers, log.propagate = [handler], False
    seen = []
    log.error("one")
    with mock.patch.object(tracefmt.FileHandler, "emit", lambda _, record: seen.append(record.msg)):
        log.error("two")
    with mock.patch.object(
        logging.Handler, "handle", lambda _, record: seen.append(record.getMessage())
    ):
        log.error("three")
    log.error("four")
    log.handlers = []
    handler.close()

    assert seen == ["two", "three"]
    assert [checked(line)["message"] for line in path.read_bytes().splitlines()] == ["one", "four"]
