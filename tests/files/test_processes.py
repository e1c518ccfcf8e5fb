"""One process rotates a file: others are refused, and forked children follow."""

import logging.handlers
import os
import signal
import subprocess
import sys

import pytest
from tests.files.conftest import line, log

from tracefmt import ConfigurationError, RotatingFileHandler, TimedRotatingFileHandler

SIZE = len(line("a"))
FORMATTER = 'tracefmt.Formatter(exclude=["timestamp"], span_source=lambda: None)'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def other(path, core_name):
    """A process that has the file open for rotation, until it is killed."""
    script = (
        "import sys, time, tracefmt\n"
        "handler = tracefmt.RotatingFileHandler(sys.argv[1], maxBytes=1000, backupCount=1)\n"
        "print('ready', flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "TRACEFMT_CORE": core_name},
    )
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("kind", [RotatingFileHandler, TimedRotatingFileHandler])
def test_a_second_process_is_refused(other, path, kind):
    """The error names the process and says what to do instead."""
    with pytest.raises(ConfigurationError) as caught:
        kind(path)

    assert str(caught.value) == (
        f"{path}: process {other.pid} has it open for rotation, and several cannot rotate one "
        "file; give each process a file of its own, or let them write with "
        "tracefmt.FileHandler(watch=True) and logrotate do the rotation"
    )


def test_a_killed_process_lets_go(other, path, opened):
    """The lock of a process that was killed is free at once."""
    other.send_signal(signal.SIGKILL)
    other.wait()

    opened(RotatingFileHandler(path))


def test_a_second_handler_is_refused(path, opened):
    """So is a second handler of one process; a closed one has let go."""
    first = opened(RotatingFileHandler(path))
    with pytest.raises(ConfigurationError, match="another handler has it open for rotation"):
        RotatingFileHandler(path)
    first.close()
    opened(RotatingFileHandler(path))


@pytest.mark.once
def test_a_forgotten_handler_lets_go(path, opened):
    """So has one that nobody holds any more."""
    handler = RotatingFileHandler(path, delay=True)
    del handler

    opened(RotatingFileHandler(path))


@pytest.mark.once
def test_the_lock_is_no_log_file(path, opened, tmp_path):
    """The lock's file has no name that logging's handlers or a shell's ``log*`` would find."""
    handler = opened(TimedRotatingFileHandler(path, backupCount=1))

    assert [file.name for file in tmp_path.glob("log*")] == ["log"]
    assert logging.handlers.TimedRotatingFileHandler.getFilesToDelete(handler) == []


def test_a_forked_child_follows(path, tmp_path, run_script):
    """A child's lines are whole and none is lost; it does not roll over, and is told so once."""
    script = f"""
    import os, sys, tracefmt
    from tests.core.line import record
    formatter = {FORMATTER}
    handler = tracefmt.RotatingFileHandler(
        sys.argv[1], maxBytes=20_000, backupCount=999, formatter=formatter
    )
    errors = []
    handler.handleError = lambda record: errors.append(str(sys.exc_info()[1]))
    children = []
    for name in ("one", "two"):
        if not (child := os.fork()):
            for number in range(300):
                handler.handle(record(name, number=number, pad="x" * 200))
            assert len(errors) == 1 and "has it open for rotation" in errors[0], errors
            os._exit(0)
        children.append(child)
    for number in range(300):
        handler.handle(record("parent", number=number, pad="x" * 200))
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert errors == []
    """
    run_script(script, str(path))
    found = [each for file in tmp_path.glob("log*") for each in file.read_bytes().splitlines()]
    notes = [each for each in found if b"is rotated by another process" in each]
    rest = sorted(each for each in found if each not in notes)

    assert len(notes) == 2
    assert rest == sorted(
        b'{"level":"info","logger":"app","message":"%s","number":%d,"pad":"%s"}'
        % (name, number, b"x" * 200)
        for name in (b"one", b"two", b"parent")
        for number in range(300)
    )


def test_a_child_takes_over(path, tmp_path, run_script):
    """When its parent has ended, as a daemon's has, the child rolls the file over itself."""
    script = f"""
    import os, sys, time, tracefmt
    from tests.core.line import record
    formatter = {FORMATTER}
    handler = tracefmt.RotatingFileHandler(
        sys.argv[1], maxBytes={2 * SIZE + 1}, backupCount=5, formatter=formatter
    )
    handler.handle(record("a"))
    parent = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == parent:
        time.sleep(0.01)
    for message in "bcde":
        handler.handle(record(message))
    """
    run_script(script, str(path))  # it waits for whoever has its output
    names = ("log.2", "log.1", "log")

    assert [path.with_name(name).read_bytes() for name in names] == [
        line("a") + line("b"),
        line("c") + line("d"),
        line("e"),
    ]


def test_a_new_process_after_the_parent(path, run_script):
    """A child that does not log keeps nobody from the file when its parent has ended."""
    script = """
    import os, sys, time, tracefmt
    handler = tracefmt.RotatingFileHandler(sys.argv[1], maxBytes=1000, backupCount=1)
    if child := os.fork():
        print(child, flush=True)
        os._exit(0)
    os.close(1), os.close(2)
    time.sleep(30)
    """
    child = int(run_script(script, str(path)))
    handler = RotatingFileHandler(path)
    log(handler, "a")
    handler.close()
    os.kill(child, signal.SIGKILL)
