"""Handlers with a buffer: when lines come out, and that none is lost or doubled."""

import logging
import os
import subprocess
import sys
import time

import pytest

import tracefmt


@pytest.fixture
def file(tmp_path):
    return tmp_path / "app.jsonl"


def logger(handler):
    found = logging.getLogger("buffering")
    found.handlers, found.propagate = [handler], False
    found.setLevel(logging.DEBUG)
    return found


def messages(path):
    return [line.split('"')[3] for line in path.read_text().splitlines()]


def handler_for(file, **options):
    formatter = tracefmt.Formatter(exclude=["timestamp", "level", "logger"])
    return tracefmt.FileHandler(file, formatter=formatter, **options)


def test_lines_wait_until_the_buffer_is_full(file):
    """With a buffer nothing is written until it holds more than its size."""
    handler = handler_for(file, buffer_size=100)
    log = logger(handler)

    log.info("first")
    assert messages(file) == []
    for _ in range(10):
        log.info("more")
    assert messages(file)[0] == "first"
    handler.close()
    assert messages(file) == ["first", *["more"] * 10]


def test_an_error_is_written_at_once_with_what_waits_before_it(file):
    """A record of `flush_level` empties the buffer, in order."""
    handler = handler_for(file, buffer_size=10_000)
    log = logger(handler)

    log.info("before")
    log.error("now")

    assert messages(file) == ["before", "now"]
    handler.close()


def test_flush_level_can_be_chosen(file):
    """`flush_level` is a name or a number."""
    handler = handler_for(file, buffer_size=10_000, flush_level="WARNING")
    log = logger(handler)

    log.info("before")
    log.warning("now")

    assert messages(file) == ["before", "now"]
    handler.close()


def test_flush_and_close_write_what_waits(file):
    """`flush` and `close` empty the buffer, and closing twice is nothing."""
    handler = handler_for(file, buffer_size=10_000)
    log = logger(handler)

    log.info("one")
    handler.flush()
    assert messages(file) == ["one"]
    log.info("two")
    handler.close()
    assert messages(file) == ["one", "two"]
    handler.close()
    assert messages(file) == ["one", "two"]


def test_an_interval_writes_what_waits(file):
    """With `flush_interval` a line comes out although the buffer has room and nobody asks."""
    handler = handler_for(file, buffer_size=10_000, flush_interval=0.05)

    logger(handler).info("in a moment")
    deadline = time.monotonic() + 20
    while not messages(file) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert messages(file) == ["in a moment"]
    handler.close()


def test_the_end_of_the_process_writes_what_waits(core, file):
    """What is buffered when a program ends is in the file."""
    code = """
import logging, sys, tracefmt
tracefmt.configure("INFO", filename=sys.argv[1])
logging.root.handlers = [tracefmt.FileHandler(sys.argv[1], buffer_size=100_000)]
logging.getLogger("app").info("last words")
"""
    environment = {**os.environ, "TRACEFMT_CORE": core.NAME}
    subprocess.run([sys.executable, "-c", code, file], env=environment, check=True)

    assert '"last words"' in file.read_text()
    assert file.read_text().count("\n") == 1


def test_a_fork_writes_no_line_twice(file):
    """What the parent has buffered is written by the parent alone."""
    handler = handler_for(file, buffer_size=10_000)
    log = logger(handler)
    log.info("parent")

    child = os.fork()
    if child == 0:
        log.info("child")
        handler.flush()
        os._exit(0)
    os.waitpid(child, 0)
    handler.close()

    assert sorted(messages(file)) == ["child", "parent"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"buffer_size": -1}, "buffer_size=-1: write a number of bytes, 0 for no buffer"),
        ({"buffer_size": 1.5}, "buffer_size=1.5: write a number of bytes"),
        ({"flush_interval": 1}, "flush_interval=1: write seconds above 0, and a buffer_size"),
        ({"flush_interval": 0, "buffer_size": 9}, "flush_interval=0: write seconds above 0"),
        ({"flush_level": "LOUD"}, "flush_level='LOUD': write a name that logging knows"),
    ],
)
def test_bad_options_are_refused(options, message):
    """An option that cannot work raises and says what to write."""
    with pytest.raises(tracefmt.ConfigurationError, match=message):
        tracefmt.StreamHandler(sys.stderr, **options)
