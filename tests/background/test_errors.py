"""What a queue says of a descriptor or a stream that takes no lines."""

import logging
import os
import sys

from tests.background.waiting import until

import tracefmt


def test_an_error_of_the_descriptor_is_handled_with_the_next_record(pipe, monkeypatch):
    """`handleError` hears once of a broken pipe, the loss is counted, and the caller of none."""
    log = pipe.logger()
    errors = []
    monkeypatch.setattr(
        type(pipe.handler), "handleError", lambda *_: errors.append(sys.exc_info()[1])
    )
    kept = os.dup(pipe.read_end)
    os.close(pipe.read_end)
    os.close(kept)

    log.info("lost")
    until(lambda: pipe.metric("failed_lines") == 1)
    log.info("lost, too")
    until(lambda: pipe.metric("failed_lines") == 2)
    log.info("and this")
    until(lambda: pipe.metric("failed_lines") == 3)
    log.error("waits for its own error")

    assert [type(error) for error in errors] == [BrokenPipeError, BrokenPipeError]
    assert pipe.metric("failed_lines") == 4
    pipe.read_end = os.open(os.devnull, os.O_RDONLY)


def test_a_target_that_recovers_gets_a_line_about_the_loss(core, tmp_path, monkeypatch):
    """Lines that a full device refuses are counted, and the first after it is good says so."""
    monkeypatch.setattr(logging.Handler, "handleError", lambda *_: None)
    full, path = os.open("/dev/full", os.O_WRONLY), tmp_path / "out.jsonl"
    stream = path.open("w")
    number = stream.fileno()
    saved = os.dup(number)
    formatter = tracefmt.Formatter(exclude=["timestamp"])
    handler = tracefmt.FileHandler(path, formatter=formatter, background=True)
    os.dup2(full, handler.stream.fileno())
    log = logging.Logger("app")
    log.addHandler(handler)

    log.info("one")
    handler.flush()
    log.info("two")
    handler.flush()
    os.dup2(saved, handler.stream.fileno())
    log.info("three")
    handler.flush()
    log.info("four")
    handler.close()

    lines = path.read_text().splitlines()
    assert '"three"' in lines[0]
    assert '"failed":2' in lines[1]
    assert '"error":"OSError: No space left on device"' in lines[1]
    assert '"four"' in lines[2]
    assert handler.metrics() == {}
    for descriptor in (full, saved):
        os.close(descriptor)
    stream.close()


def test_a_descriptor_that_is_another_files_gets_no_line(core, tmp_path, monkeypatch):
    """Where a stream was closed and its number given away, lines fail instead of going there."""
    monkeypatch.setattr(logging.Handler, "handleError", lambda *_: None)
    read, write = os.pipe()
    stream = os.fdopen(write, "w")
    handler = tracefmt.StreamHandler(stream, background=True, drain_timeout=0.1)
    other = os.open(tmp_path / "other", os.O_WRONLY | os.O_CREAT)
    os.dup2(other, write)

    handler.emit(logging.makeLogRecord({"msg": "not for you"}))
    until(lambda: handler.metrics()["failed_lines"] == 1)

    assert (tmp_path / "other").read_bytes() == b""
    os.close(read)
    os.close(other)
    stream.close()


def test_a_closed_stream_is_an_error_of_the_call(pipe, monkeypatch):
    """As without a thread: `handleError` hears of it, and nothing is queued."""
    errors = []
    monkeypatch.setattr(
        tracefmt.StreamHandler, "handleError", lambda *_: errors.append(sys.exc_info()[1])
    )
    log = pipe.logger()
    pipe.stream.close()

    log.info("nowhere to go")

    assert [type(error) for error in errors] == [ValueError]
    assert pipe.metric("queued_lines") == 0
