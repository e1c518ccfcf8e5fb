"""Pipes that nobody reads, until somebody does."""

import contextlib
import json
import logging
import os
import time

import pytest

import tracefmt


class Pipe:
    """A pipe whose reader is slow to come, and a handler with a thread that writes into it."""

    def __init__(self):
        self.read_end, write_end = os.pipe()
        self.stream = os.fdopen(write_end, "w")
        os.set_blocking(self.read_end, False)
        self.handlers = []

    def logger(self, **options):
        """Return a logger with a new handler for the pipe."""
        formatter = tracefmt.Formatter(exclude=["timestamp", "logger"])
        handler = tracefmt.StreamHandler(
            self.stream, formatter=formatter, background=True, **{"drain_timeout": 20, **options}
        )
        self.handlers.append(handler)
        logger = logging.Logger(f"pipe.{len(self.handlers)}", logging.DEBUG)
        logger.handlers = [handler]
        return logger

    @property
    def handler(self):
        return self.handlers[-1]

    def metric(self, name):
        return self.handler.metrics()[name]

    def fill(self):
        """Let the pipe itself take no byte more."""
        descriptor = self.stream.fileno()
        os.set_blocking(descriptor, False)
        try:
            while True:
                os.write(descriptor, b"\n" * 4096)
        except BlockingIOError:
            os.set_blocking(descriptor, True)

    def lines(self, until=None):
        """Read what comes, until the queue is empty, or until a line with that message."""
        text, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                text += os.read(self.read_end, 1 << 20)
                continue
            except BlockingIOError:
                pass
            if until is None and self.metric("queued_lines") == 0:
                break
            if until is not None and until.encode() in text:
                break
            time.sleep(0.002)
        with contextlib.suppress(BlockingIOError):
            text += os.read(self.read_end, 1 << 20)
        return [json.loads(line) for line in text.split(b"\n") if line]

    def messages(self, **options):
        return [line["message"] for line in self.lines(**options)]

    def close(self):
        while True:
            try:
                if not os.read(self.read_end, 1 << 20):
                    break
            except BlockingIOError:
                break
        os.close(self.read_end)  # who is stuck gets an error
        for handler in self.handlers:
            handler.close()
        self.stream.close()


@pytest.fixture
def pipe(core, monkeypatch):
    """A pipe with nobody at its other end yet."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    found = Pipe()
    yield found
    found.close()
