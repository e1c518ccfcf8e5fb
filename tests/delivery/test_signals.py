"""Signals: handlers that log, handlers that raise, and Ctrl-C while others are in the way."""

import contextlib
import gc
import os
import signal
import threading
import time

import pytest
from tests.delivery.conftest import messages


@contextlib.contextmanager
def alarm(handler, interval):
    """Call a signal handler every so many seconds."""
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, interval, interval)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("buffer_size", [0, 2000])
def test_a_handler_logs_at_1_khz(log_to, kind, tmp_path, buffer_size):
    """Lines of a signal handler and of the code that it interrupts are all there, whole."""
    path = tmp_path / "app.jsonl"
    log = log_to(path, kind, buffer_size=buffer_size)
    signals = 0

    def handler(*_):
        nonlocal signals
        number, signals = signals, signals + 1  # the next signal may come before this line is out
        log.info("%s", f"signal {number}")

    number = 0
    with alarm(handler, 0.001):
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            log.info("%s", f"main {number}")
            number += 1
    log.handlers[0].close()

    found = [text.split() for text in messages(path.read_bytes())]
    assert signals > 20
    assert sorted(int(n) for who, n in found if who == "signal") == [*range(signals)]
    assert [int(n) for who, n in found if who == "main"] == [*range(number)]


class StoppedError(BaseException):
    """What a signal handler raises; like KeyboardInterrupt it is none of logging's business."""


@pytest.fixture
def no_collector():
    """Keep the collector still: what is raised in a callback of it, as Hypothesis has, is lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("buffer_size", [0, 500])
def test_a_handler_raises_at_any_moment(log_to, tmp_path, buffer_size):
    """Whenever an exception ends a call, there is no torn line in a file, nor an empty one."""
    path = tmp_path / "app.jsonl"
    log = log_to(path, buffer_size=buffer_size)
    raised, done = 0, set()

    def handler(*_):
        raise StoppedError

    number, end = 0, time.monotonic() + 0.5
    while time.monotonic() < end:
        with contextlib.suppress(StoppedError):
            try:
                with alarm(handler, 0.0007):
                    while True:
                        number += 1
                        log.info("%s", number)
                        done.add(number)
            except StoppedError:
                raised += 1
    log.handlers[0].close()

    numbers = [int(text) for text in messages(path.read_bytes())]
    assert raised > 20
    assert sorted(set(numbers)) == numbers
    assert done <= set(numbers)


def test_lines_that_wait_outlive_an_exception(log_to, pipe):
    """A handler that logs and then raises loses nothing: its line is written with the next."""
    read, write = pipe
    log = log_to(write)

    def handler(*_):
        log.info("from the handler")
        raise StoppedError

    with pytest.raises(StoppedError), alarm(handler, 0.1):
        log.info("x" * 200_000)  # nobody reads
    chunks = []
    thread = threading.Thread(target=lambda: chunks.append(read_to_end(read)))
    thread.start()
    log.info("after")
    log.handlers[0].close()
    os.close(write)
    thread.join()

    torn, rest = chunks[0].split(b"\n", 1)
    assert torn.endswith(b"xxx")
    found = messages(rest)
    assert found[:2] == ["from the handler", "after"]
    assert found[2].startswith("1 log lines were lost since ")


def read_to_end(read):
    found = b""
    while chunk := os.read(read, 1 << 16):
        found += chunk
    return found


def test_ctrl_c_works_while_another_thread_is_stuck(log_to, pipe):
    """A call that waits for another thread's write ends with KeyboardInterrupt."""
    read, write = pipe
    log = log_to(write)
    stuck = threading.Thread(target=log.info, args=("x" * 100_000,), daemon=True)
    stuck.start()
    time.sleep(0.1)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()

    with pytest.raises(KeyboardInterrupt):
        log.info("waits for its turn")
    timer.join()
    drained = b""
    while not drained.endswith(b"\n"):
        drained += os.read(read, 1 << 16)
    stuck.join()


@pytest.mark.parametrize("blocking", [True, False])
def test_handlers_run_while_a_write_waits(log_to, pipe, blocking):
    """A signal handler runs during a stalled write, and the line is whole afterwards."""
    read, write = pipe
    os.set_blocking(write, blocking)
    log = log_to(write)
    ran = []
    chunks = []

    def handler(*_):
        ran.append(1)
        if len(ran) == 3:
            thread.start()

    thread = threading.Thread(target=lambda: chunks.append(read_to_end(read)))
    with alarm(handler, 0.02):
        log.info("x" * 200_000)
    os.close(write)
    thread.join()

    assert len(ran) >= 3
    assert messages(chunks[0]) == ["x" * 200_000]
