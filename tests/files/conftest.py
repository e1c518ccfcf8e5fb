"""Fixtures for tests of handlers that change their file."""

import logging
import sys
import threading
import time

import pytest
from tests.core.line import checked, record

from tracefmt import Formatter


@pytest.fixture
def formatter():
    """A formatter without a span and without the time."""
    return Formatter(exclude=["timestamp"], span_source=lambda: None)


@pytest.fixture
def errors(monkeypatch):
    """What `Handler.handleError` is given, as texts, instead of being printed."""
    seen = []
    monkeypatch.setattr(
        logging.Handler, "handleError", lambda self, record: seen.append(str(sys.exc_info()[1]))
    )
    return seen


@pytest.fixture
def opened():
    """Give handlers that are closed when the test ends."""
    handlers = []

    def opened(handler):
        handlers.append(handler)
        return handler

    yield opened
    for handler in handlers:
        handler.close()


def line(message):
    """Return the bytes of a record's line."""
    return b'{"level":"info","logger":"app","message":"%s"}\n' % message.encode()


def log(handler, *messages):
    """Log records with these messages."""
    for message in messages:
        handler.handle(record(message))


class Storm:
    """Threads that log without a pause, and a way to know that each line is there, once, whole."""

    def __init__(self, handler, threads=4, pad=200, limit=100_000, pause=0):
        self.handler, self.pad, self.limit = handler, "x" * pad, limit
        self.pause = pause
        self.logged = {f"t{number}": 0 for number in range(threads)}
        self.ended = threading.Event()

    def _log(self, name):
        while self.logged[name] < self.limit and not self.ended.is_set():
            self.handler.handle(record(name, number=self.logged[name], pad=self.pad))
            self.logged[name] += 1
            if self.pause:
                time.sleep(self.pause)

    def run(self, meanwhile=lambda: None, times=0):
        """Log up to the limit; or until a function has been called so many times meanwhile."""
        threads = [threading.Thread(target=self._log, args=(name,)) for name in self.logged]
        for thread in threads:
            thread.start()
        try:
            for _ in range(times):
                before = sum(self.logged.values())
                meanwhile()
                while sum(self.logged.values()) < before + 20:
                    time.sleep(0.0005)
        finally:
            if times:
                self.ended.set()
            for thread in threads:
                thread.join()

    def check(self, *contents):
        """See that the files' contents, oldest first, have each thread's lines once, in order."""
        found = {name: [] for name in self.logged}
        for content in contents:
            assert content == b"" or content.endswith(b"\n")
            for each in content.splitlines():
                read = checked(each)
                assert read["pad"] == self.pad
                found[read["message"]].append(read["number"])
        assert found == {name: list(range(count)) for name, count in self.logged.items()}
