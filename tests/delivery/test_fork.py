"""Forks while threads log: no deadlock, no line lost, torn or twice."""

import collections
import os
import threading
import time

import pytest
from tests.delivery.conftest import messages

FORKS = 250

STORM = """
    import os, sys, threading, time, tracefmt

    path, buffer_size, kind, forks = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    formatter = tracefmt.Formatter(exclude=["timestamp"], span_source=lambda: None)
    log = tracefmt.get_logger("app")
    if kind == "plain":
        import logging
        log = logging.getLogger("plain")
    log.setLevel("INFO")
    log.addHandler(tracefmt.FileHandler(path, formatter=formatter, buffer_size=buffer_size))
    sys.setswitchinterval(1e-5)
    ended, counts = threading.Event(), [0] * 4

    def work(number):
        while not ended.is_set():
            log.info(f"thread {number} {counts[number]}")
            counts[number] += 1
            time.sleep(0.0001)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    children, hanging = [], 0
    for number in range(forks):
        child = os.fork()
        if child == 0:
            try:
                log.info(f"child {number} 0")
                log.error(f"child {number} 1")
            finally:
                os._exit(0)
        children.append(child)
        if len(children) > 20:
            os.waitpid(children.pop(0), 0)
    for child in children:
        os.waitpid(child, 0)
    ended.set()
    for thread in threads:
        thread.join()
    log.handlers[0].close()
    print(*counts)
"""


@pytest.mark.parametrize("buffer_size", [0, 300])
@pytest.mark.parametrize("kind", ["ours", "plain"])
def test_fork_while_threads_log(run_script, tmp_path, kind, buffer_size):
    """Each of 250 children, forked while four threads log, logs; each line is there once."""
    path = tmp_path / "app.jsonl"
    printed = run_script(STORM, str(path), str(buffer_size), kind, str(FORKS))

    counts = [int(count) for count in printed.split()]
    found = collections.Counter(messages(path.read_bytes()))
    expected = [f"child {number} {line}" for number in range(FORKS) for line in range(2)]
    expected += [f"thread {number} {line}" for number in range(4) for line in range(counts[number])]
    assert found == collections.Counter(expected)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_fork_while_threads_wait_for_a_stalled_pipe(log_to, pipe):
    """A child forked while one thread is stuck in a write and others wait for it logs elsewhere."""
    read, write = pipe
    log = log_to(write)
    threads = [
        threading.Thread(target=log.info, args=("x" * 200_000,), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.1)  # one of them is in the write then, and the others in the queue

    other_read, other_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(other_write, write)
        log.info("from the child")
        os._exit(0)
    status = wait_for(child)
    line = os.read(other_read, 1000)
    os.close(other_read)
    os.close(other_write)
    drained = 0
    while drained < 600_000:
        drained += len(os.read(read, 1 << 16))
    for thread in threads:
        thread.join()

    assert status == 0
    assert line == b'{"logger":"app","message":"from the child"}\n'


def wait_for(child):
    """Return a child's exit status, or end it where it hangs."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.001)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "hangs"
