"""Descriptors that take nothing for now: the call waits, or the line is dropped and counted."""

import fcntl
import os
import subprocess
import sys
import threading
import time

import pytest
from tests.delivery.conftest import messages, parsed

import tracefmt


def fill(write):
    """Fill a pipe to the last byte; a non-blocking descriptor is left as it was."""
    blocking = os.get_blocking(write)
    os.set_blocking(write, False)
    size = 0
    for piece in (b"x" * 4095 + b"\n", b"\n"):
        try:
            while True:
                size += os.write(write, piece)
        except BlockingIOError:
            pass
    os.set_blocking(write, blocking)
    return size


def make_non_blocking_elsewhere(descriptor):
    """Let a neighbour process that has inherited the descriptor set O_NONBLOCK on it."""
    code = "import os, sys; os.set_blocking(int(sys.argv[1]), False)"
    subprocess.run([sys.executable, "-c", code, str(descriptor)], pass_fds=[descriptor], check=True)


def read_all(read, size):
    found = b""
    while len(found) < size:
        found += os.read(read, size - len(found))
    return found


@pytest.mark.parametrize("buffer_size", [0, 1000])
def test_a_neighbours_o_nonblock_loses_nothing(log_to, kind, pipe, errors, buffer_size):
    """EAGAIN is no error: the call waits for a slow reader, and O_NONBLOCK stays as it is."""
    read, write = pipe
    make_non_blocking_elsewhere(write)
    log = log_to(write, kind, buffer_size=buffer_size)
    lines = []

    def drain():
        with open(read, "rb", closefd=False) as reader:
            for line in reader:
                lines.append(line)
                if len(lines) % 50 == 0:
                    time.sleep(0.002)

    thread = threading.Thread(target=drain)
    thread.start()
    for number in range(600):
        log.info("%s", f"{number} {'x' * (number % 7 * 200)}")
    log.handlers[0].flush()
    non_blocking = not os.get_blocking(write)
    log.handlers[0].close()
    os.close(write)
    thread.join()

    assert non_blocking
    assert errors == []
    assert [int(text.split()[0]) for text in messages(b"".join(lines))] == [*range(600)]


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_line_larger_than_the_pipe_is_finished(log_to, pipe, size):
    """Short writes go on where they ended, before any other thread's line."""
    read, write = pipe
    os.set_blocking(write, False)
    log = log_to(write)
    threads = [threading.Thread(target=log.info, args=(letter * size,)) for letter in "abc"]
    for thread in threads:
        thread.start()
    found = b""
    while found.count(b"\n") < 3:
        found += os.read(read, 1 << 20)
    for thread in threads:
        thread.join()

    assert sorted(messages(found)) == [letter * size for letter in "abc"]


def test_drop_newest_drops_whole_lines_and_says_so(log_to, kind, pipe, errors):
    """On a full non-blocking pipe lines are dropped, and one line tells how many."""
    read, write = pipe
    os.set_blocking(write, False)
    log = log_to(write, kind, when_full="drop_newest")
    filled = fill(write)

    for number in range(5):
        log.info("%s", number)
    read_all(read, filled)
    log.info("after")
    log.info("and on")

    after, report, on = parsed(os.read(read, 10_000))
    assert [after["message"], on["message"]] == ["after", "and on"]
    assert (report["logger"], report["dropped"], report["failed"]) == ("tracefmt", 5, 0)
    assert report["message"] == f"5 log lines were lost since {report['since']}"
    assert errors == []  # that was asked for
    assert not os.get_blocking(write)


def test_drop_newest_finishes_a_line_that_was_begun(log_to, pipe, errors):
    """The rest of a line that the pipe took a part of comes first; lines behind it are dropped."""
    read, write = pipe
    os.set_blocking(write, False)
    log = log_to(write, when_full="drop_newest")

    log.info("x" * 100_000)  # more than the pipe holds
    log.info("dropped")
    begun = os.read(read, 1 << 16)
    log.info("next")
    rest = os.read(read, 1 << 17)

    large, following, report = parsed(begun + rest)
    assert large["message"] == "x" * 100_000
    assert following["message"] == "next"
    assert report["dropped"] == 1


def test_drop_newest_keeps_a_buffer_full(log_to, pipe, errors):
    """With a buffer, what it holds is written later; only what has no room in it is dropped."""
    read, write = pipe
    os.set_blocking(write, False)
    log = log_to(write, when_full="drop_newest", buffer_size=200)
    filled = fill(write)

    for number in range(10):
        log.info("%s", number)
    read_all(read, filled)
    log.error("after")

    found = parsed(os.read(read, 10_000))
    numbers = [line["message"] for line in found if line["message"].isdigit()]
    assert numbers == [str(number) for number in range(len(numbers))]
    assert 3 < len(numbers) < 10
    assert found[-1]["dropped"] + len(found) - 1 == 11
    assert errors == []


def test_drop_newest_waits_where_the_descriptor_does(log_to, pipe):
    """A blocking descriptor stays one: nothing is dropped."""
    read, write = pipe
    log = log_to(write, when_full="drop_newest")
    filled = fill(write)
    thread = threading.Thread(target=log.info, args=("waited",))
    thread.start()
    time.sleep(0.05)
    read_all(read, filled)
    thread.join()

    assert messages(os.read(read, 1000)) == ["waited"]
    assert not fcntl.fcntl(write, fcntl.F_GETFL) & os.O_NONBLOCK


@pytest.mark.parametrize(
    ("when_full", "message"),
    [
        ("drop_oldest", "when_full='drop_oldest': write background=True, too, or 'drop_newest'"),
        ("drop", "when_full='drop': write 'block', 'drop_newest' or 'drop_oldest'"),
    ],
)
def test_bad_options_are_refused(when_full, message):
    """What cannot be done without a thread is refused, and so is a word that is not known."""
    with pytest.raises(tracefmt.ConfigurationError, match=message):
        tracefmt.StreamHandler(sys.stderr, when_full=when_full)


def test_other_threads_run_while_a_write_waits(log_to, pipe):
    """A thread that is stuck in a write holds neither the GIL nor a lock that others need."""
    read, write = pipe
    log = log_to(write)
    filled = fill(write)
    thread = threading.Thread(target=log.info, args=("stuck",))
    thread.start()
    time.sleep(0.05)

    other_read, other_write = os.pipe()
    other = log_to(other_write)
    for number in range(100):
        other.info("%s", number)
    found = messages(os.read(other_read, 1 << 16))
    os.close(other_read)
    os.close(other_write)
    read_all(read, filled)
    thread.join()

    assert found == [str(number) for number in range(100)]
