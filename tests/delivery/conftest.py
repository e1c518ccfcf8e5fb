"""Fixtures that tests of delivery share: pipes, handlers, and what `handleError` is given."""

import contextlib
import json
import logging
import os
import sys

import pytest

import tracefmt


@pytest.fixture
def pipe():
    """Both ends of a pipe, closed afterwards."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


@pytest.fixture
def errors(monkeypatch):
    """What `Handler.handleError` is given, instead of being printed: message and exception."""
    seen = []
    monkeypatch.setattr(
        logging.Handler,
        "handleError",
        lambda self, record: seen.append((record.getMessage(), sys.exc_info()[1])),
    )
    return seen


@pytest.fixture
def log_to():
    """Make a logger of a class with one handler of ours on a descriptor or a path."""
    made = []

    def log_to(target, kind=tracefmt.Logger, **options):
        formatter = tracefmt.Formatter(exclude=["timestamp", "level"], span_source=lambda: None)
        if isinstance(target, int):
            stream = open(target, "w", closefd=False)  # noqa: SIM115  # borrowed
            handler = tracefmt.StreamHandler(stream, formatter=formatter, **options)
        else:
            handler = tracefmt.FileHandler(target, formatter=formatter, **options)
        logger = kind("app", logging.DEBUG)
        logger.handlers, logger.propagate = [handler], False
        made.append(handler)
        return logger

    yield log_to
    with contextlib.suppress(OSError):
        for handler in made:
            handler.close()


@pytest.fixture(params=[tracefmt.Logger, logging.Logger])
def kind(request):
    """The class of the logger: ours, whose calls are native, and logging's."""
    return request.param


def parsed(data):
    """Return lines as objects; each must be one, whole."""
    assert data == b"" or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def messages(data):
    return [line["message"] for line in parsed(data)]
