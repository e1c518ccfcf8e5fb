"""Fixtures that tests of handlers and of the logger share."""

import contextlib
import logging
import os
import sys
import time

import pytest
from tests.stdlib.output import Output

import tracefmt
from tracefmt import Formatter


@pytest.fixture
def formatter():
    """A formatter without a span and without the time."""
    return Formatter(exclude=["timestamp"], span_source=lambda: None)


@pytest.fixture
def packets():
    """A pipe in which one read gives what one write put there."""
    ours, theirs = os.pipe2(os.O_DIRECT)
    os.set_blocking(ours, False)
    with open(theirs, "w", encoding="utf-8") as stream:  # noqa: PTH123

        def read():
            found = []
            with contextlib.suppress(BlockingIOError):
                while packet := os.read(ours, 65536):
                    found.append(packet)
            return found

        yield stream, read
    os.close(ours)


@pytest.fixture
def errors(monkeypatch):
    """What `Handler.handleError` is given, instead of being printed."""
    seen = []
    monkeypatch.setattr(
        logging.Handler, "handleError", lambda self, record: seen.append(sys.exc_info()[1])
    )
    return seen


@pytest.fixture
def output(tmp_path):
    found = Output(tmp_path / "out.jsonl")
    yield found
    found.stream.close()


@pytest.fixture
def native(core, monkeypatch):
    """Count the records that are made; with the Python core there is one for each call."""
    records = []
    original = logging.LogRecord.__init__

    def counted(self, *args, **kwargs):
        records.append(args)
        original(self, *args, **kwargs)

    monkeypatch.setattr(logging.LogRecord, "__init__", counted)

    class Way:
        def forget(self):
            records.clear()

        def is_as_expected(self):
            return bool(records) == (core.NAME == "python")

    return Way()


@pytest.fixture
def log(output):
    """A logger of ours with one handler of ours; it ends with the test."""
    name = f"logger.{time.monotonic_ns()}"
    logger = tracefmt.get_logger(name)
    logger.parent = None  # pytest listens at the root, and at loggers that do not propagate
    logger.addHandler(output.handler())
    logger.setLevel(logging.INFO)
    yield logger
    del logging.root.manager.loggerDict[name]


@pytest.fixture
def plain(log):
    """A plain logger of the same name with the same handler."""
    logger = logging.Logger(log.name, logging.INFO)
    logger.handlers = log.handlers
    return logger
