"""One record is one write; threads and processes on one file mix no lines."""

import collections
import fcntl
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.delivery.conftest import messages

import tracefmt


def test_one_record_is_one_write(log_to, kind):
    """A pipe in packet mode gives back each write by itself: a whole line, newline included."""
    read, write = os.pipe2(os.O_DIRECT)
    log = log_to(write, kind)

    for size in (1, 100, 3000):
        log.info("x" * size)

    packets = [os.read(read, 8192) for _ in range(3)]
    assert [messages(packet) for packet in packets] == [["x"], ["x" * 100], ["x" * 3000]]
    os.close(read)
    os.close(write)


def test_the_line_is_with_the_kernel_when_the_call_returns(log_to, kind, pipe):
    """Nothing is kept back: after each call the line can be read."""
    log = log_to(pipe[1], kind)

    for number in range(3):
        log.info("%s", number)
        assert messages(os.read(pipe[0], 1000)) == [str(number)]


def test_files_are_opened_to_append_and_closed_on_exec(log_to, tmp_path):
    """O_APPEND, so that others may write too; O_CLOEXEC, so that no child holds the file."""
    handler = log_to(tmp_path / "app.jsonl").handlers[0]
    descriptor = handler.stream.fileno()

    assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
    assert fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


WRITER = """
    import sys, threading, tracefmt
    path, process, sizes = sys.argv[1], sys.argv[2], [int(size) for size in sys.argv[3].split(",")]
    log = tracefmt.get_logger("app")
    log.setLevel("INFO")
    log.addHandler(tracefmt.FileHandler(path, formatter=tracefmt.Formatter(exclude=["timestamp"])))

    def work(thread):
        for number in range(60):
            size = sizes[number % len(sizes)]
            log.info(f"{process} {thread} {number} " + "x" * size)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def start(core, code, *arguments, **options):
    """Start a process on the core under test."""
    package = str(Path(tracefmt.__file__).parent.parent)
    environment = {**os.environ, "TRACEFMT_CORE": core.NAME, "PYTHONPATH": package}
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, env=environment, **options)


def test_threads_and_processes_write_to_one_file(core, tmp_path):
    """Three processes with three threads each mix no line, of 20 bytes or half a million."""
    path, sizes = tmp_path / "app.jsonl", [0, 300, 5_000, 70_000, 500_000]
    arguments = (str(path), ",".join(map(str, sizes)))
    started = [start(core, WRITER, arguments[0], str(p), arguments[1]) for p in range(3)]
    assert [process.wait() for process in started] == [0] * 3

    found = collections.Counter()
    lengths = set()
    with path.open("rb") as file:
        for line in file:
            *who, rest = json.loads(line)["message"].split(" ")
            found[tuple(map(int, who))] += 1
            lengths.add(len(rest))
    expected = [(p, t, n) for p in range(3) for t in range(3) for n in range(60)]
    assert found == collections.Counter(expected)
    assert lengths == set(sizes)


KILLED = """
    import os, sys, threading, tracefmt
    path, size = sys.argv[1], int(sys.argv[2])
    log = tracefmt.get_logger("app")
    log.setLevel("INFO")
    log.addHandler(tracefmt.FileHandler(path, formatter=tracefmt.Formatter(exclude=["timestamp"])))
    number, text = 0, "x" * size
    while True:
        log.info(f"{number} {text}")
        os.write(1, b"%d\\n" % number)  # this call has returned
        number += 1
"""


@pytest.mark.parametrize("size", [10, 200_000])
def test_kill_9_loses_no_line_whose_call_returned(core, tmp_path, size):
    """Whenever a process is killed, all its lines are whole but for the last, which may be cut."""
    for round_ in range(4):
        path = tmp_path / f"{round_}.jsonl"
        process = start(core, KILLED, str(path), str(size), stdout=subprocess.PIPE)
        head = process.stdout.readline()  # it is at work
        time.sleep(0.005 * (round_ + 1))
        process.send_signal(signal.SIGKILL)
        returned = head + process.stdout.read()
        process.wait()
        process.stdout.close()

        last = int(returned.split(b"\n")[-2])
        *lines, _unacknowledged = path.read_bytes().split(b"\n")
        numbers = [int(json.loads(line)["message"].split()[0]) for line in lines]
        assert numbers == [*range(len(numbers))]
        assert numbers[-1] in (last, last + 1)
