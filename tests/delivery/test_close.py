"""`flush` and `close`: on terminals and pipes, twice, and on borrowed descriptors."""

import errno
import io
import os

import pytest

import tracefmt


def terminal():
    """Both ends of a terminal."""
    return os.openpty()


@pytest.mark.parametrize("ends", [os.pipe, terminal])
@pytest.mark.parametrize("buffer_size", [0, 100])
def test_flush_and_close_where_there_is_nothing_behind(log_to, errors, ends, buffer_size):
    """A terminal and a pipe can be flushed and closed, as often as one likes."""
    read, write = ends()
    log = log_to(write, buffer_size=buffer_size)
    handler = log.handlers[0]

    log.info("one")
    for _ in range(2):
        handler.flush()
    for _ in range(2):
        handler.close()

    assert os.read(read, 1000).rstrip() == b'{"logger":"app","message":"one"}'
    assert errors == []
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_stream_that_cannot_be_flushed_is_no_error(errors, number):
    """EINVAL and ENOTSUP of a stream's `flush` are what terminals say; nobody has to hear of it."""

    class Stream(io.StringIO):
        def flush(self):
            raise OSError(number, os.strerror(number))

    handler = tracefmt.StreamHandler(Stream())
    handler.flush()
    handler.close()

    assert errors == []


def test_another_error_of_a_stream_is_reported(errors):
    """A stream whose text cannot be written is told to `handleError`, not to who calls `flush`."""

    class Stream(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    handler = tracefmt.StreamHandler(Stream())
    handler.flush()

    assert [error.errno for _, error in errors] == [errno.ENOSPC]


def test_a_borrowed_descriptor_stays_open(pipe, core):
    """Neither `close` nor the end of a handler and its sink closes a stream that was given."""
    read, write = pipe
    stream = open(write, "w", closefd=False)  # noqa: SIM115
    handler = tracefmt.StreamHandler(stream)
    handler.close()
    del handler
    sink = core.Sink(write)
    sink.write(b"a")
    del sink

    assert not stream.closed
    assert os.write(write, b"still open") == 10
    assert os.read(read, 100) == b"a\nstill open"


def test_close_of_a_file_whose_descriptor_is_gone(log_to, tmp_path, errors):
    """A descriptor that somebody has closed is reported when the handler closes, and not raised."""
    handler = log_to(tmp_path / "app.jsonl").handlers[0]
    os.close(handler.stream.fileno())

    handler.close()

    assert {error.errno for _, error in errors} == {errno.EBADF}


def test_closing_a_file_twice(log_to, tmp_path, errors):
    """The second `close` does nothing, and the file has each line once."""
    log = log_to(tmp_path / "app.jsonl", buffer_size=1000)
    log.info("one")
    log.handlers[0].close()
    log.handlers[0].close()

    assert (tmp_path / "app.jsonl").read_text() == '{"logger":"app","message":"one"}\n'
    assert errors == []
