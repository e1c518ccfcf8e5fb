"""A file that is opened anew when somebody asks for it: by a call, or by a signal."""

import os
import signal
import threading
import time

import pytest
from tests.files.conftest import Storm, line, log

from tracefmt import ConfigurationError, FileHandler
from tracefmt.stdlib import _reopen_signal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def before():
    """Give SIGHUP a handler that notes its calls, and the one it had at the end."""
    seen = []
    original = signal.signal(signal.SIGHUP, lambda number, _frame: seen.append(number))
    yield seen
    signal.signal(signal.SIGHUP, original)


def hang_up():
    """Get a SIGHUP, as from ``kill -HUP``; when it returns the handler has run."""
    os.kill(os.getpid(), signal.SIGHUP)


def test_a_call(opened, path, tmp_path, formatter):
    """After `reopen` lines go to the file that is at the path, which is created."""
    handler = opened(FileHandler(path, formatter=formatter))
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    log(handler, "b")
    handler.reopen()
    log(handler, "c")

    assert (tmp_path / "log.1").read_bytes() == line("a") + line("b")
    assert path.read_bytes() == line("c")


def test_a_call_with_nothing_open(opened, path, formatter):
    """A handler that has not opened its file does so at the first record, as ever."""
    handler = opened(FileHandler(path, delay=True, formatter=formatter))
    handler.reopen()
    assert not path.exists()
    log(handler, "a")

    assert path.read_bytes() == line("a")


def test_buffered_lines_go_to_their_own_file(opened, path, tmp_path, formatter):
    """What was buffered before the call goes to the file that was open then."""
    handler = opened(FileHandler(path, buffer_size=10_000, formatter=formatter))
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    log(handler, "b")
    handler.reopen()
    log(handler, "c")
    handler.flush()

    assert (tmp_path / "log.1").read_bytes() == line("a") + line("b")
    assert path.read_bytes() == line("c")


def test_text_of_the_stream_itself(opened, path, tmp_path, formatter):
    """So does text that was written to the handler's stream."""
    handler = opened(FileHandler(path, formatter=formatter))
    handler.stream.write("text\n")
    path.rename(tmp_path / "log.1")
    handler.reopen()

    assert (tmp_path / "log.1").read_bytes() == b"text\n"


@pytest.mark.parametrize("buffer_size", [0, 5000])
def test_threads_while_the_file_is_reopened(opened, path, tmp_path, formatter, buffer_size):
    """Threads log while the file is renamed and opened anew: each line is there, once, whole."""
    handler = opened(FileHandler(path, buffer_size=buffer_size, formatter=formatter))
    storm = Storm(handler)
    old = []

    def rotate():
        old.append(tmp_path / f"log.{len(old)}")
        path.rename(old[-1])
        handler.reopen()

    storm.run(rotate, 25)
    handler.flush()
    storm.check(*(file.read_bytes() for file in [*old, path]))


def test_a_file_that_cannot_be_opened(opened, path, tmp_path, formatter, errors):
    """The old file is kept, and that is reported once a minute, not with each call."""
    handler = opened(FileHandler(path, formatter=formatter))
    path.rename(tmp_path / "log.1")
    path.mkdir()
    handler.reopen()
    handler.reopen()
    log(handler, "a")

    assert (tmp_path / "log.1").read_bytes().count(b"cannot reopen") == 1
    assert (tmp_path / "log.1").read_bytes().endswith(line("a"))
    assert errors == [f"[Errno 21] Is a directory: '{path}'"]
    handler._reported -= 61
    handler.reopen()
    assert len(errors) == 2


def test_closing_while_it_is_reopened(path, formatter):
    """A descriptor that a close has given back is never made the log file's again."""
    handler = FileHandler(path, formatter=formatter)
    ended = threading.Event()

    def reopen():
        while not ended.is_set():
            handler.reopen()

    thread = threading.Thread(target=reopen)
    thread.start()
    for _ in range(200):
        log(handler, "a")
        handler.close()
        ours, theirs = os.pipe()
        assert os.fstat(theirs).st_ino != path.stat().st_ino
        os.close(ours)
        os.close(theirs)
    ended.set()
    thread.join()

    assert path.read_bytes() == line("a") * 200


def test_a_signal(opened, path, tmp_path, formatter, before):
    """At the signal the file is opened anew, and the handler that was there is called."""
    handler = opened(FileHandler(path, formatter=formatter, reopen_on=signal.SIGHUP))
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    hang_up()
    log(handler, "b")

    assert (tmp_path / "log.1").read_bytes() == line("a")
    assert path.read_bytes() == line("b")
    assert before == [signal.SIGHUP]


def test_a_signal_for_several_handlers(opened, tmp_path, formatter, before):
    """One signal is for all handlers that want it."""
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        opened(FileHandler(path, formatter=formatter, reopen_on=signal.SIGHUP))
        path.unlink()
    hang_up()

    assert all(path.exists() for path in paths)
    assert before == [signal.SIGHUP]


def test_a_signal_with_a_handler_in_front(opened, path, formatter, before):
    """Somebody who has put a handler before ours, and calls it, gets no endless circle."""
    opened(FileHandler(path.with_name("first"), reopen_on=signal.SIGHUP))
    ours = signal.getsignal(signal.SIGHUP)
    front = []

    def in_front(number, frame):
        front.append(number)
        ours(number, frame)

    signal.signal(signal.SIGHUP, in_front)
    handler = opened(FileHandler(path, formatter=formatter, reopen_on=signal.SIGHUP))
    path.unlink()
    hang_up()
    log(handler, "a")

    assert path.read_bytes() == line("a")
    assert len(front) == 1


def test_the_signal_is_given_back(path, before):
    """After the last handler has been closed the signal has the handler that it had."""
    original = signal.getsignal(signal.SIGHUP)
    first = FileHandler(path, reopen_on=signal.SIGHUP)
    second = FileHandler(path, reopen_on=signal.SIGHUP)
    first.close()
    assert signal.getsignal(signal.SIGHUP) != original
    second.close()

    assert signal.getsignal(signal.SIGHUP) == original


def test_a_signal_without_a_handler_before(tmp_path, run_script):
    """Where the signal would end the process it does not any more; threads log through it all."""
    script = """
    import os, signal, sys, threading, tracefmt
    from pathlib import Path
    from tests.core.line import record
    path = Path(sys.argv[1])
    formatter = tracefmt.Formatter(exclude=["timestamp"], span_source=lambda: None)
    handler = tracefmt.FileHandler(path, formatter=formatter, reopen_on=signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL
    def log(name):
        for number in range(1500):
            handler.handle(record(name, number=number))
    threads = [threading.Thread(target=log, args=(f"t{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40):
        path.rename(f"{path}.{number}")
        os.kill(os.getpid(), signal.SIGHUP)
        assert path.exists()
    for thread in threads:
        thread.join()
    """
    run_script(script, str(tmp_path / "log"))
    files = sorted(tmp_path.iterdir())
    lines = [each for file in files for each in file.read_bytes().splitlines()]

    assert len(files) == 41
    assert sorted(lines) == sorted(
        b'{"level":"info","logger":"app","message":"t%d","number":%d}' % (thread, number)
        for thread in range(3)
        for number in range(1500)
    )


def test_a_signal_in_the_middle_of_a_line(tmp_path, run_script):
    """A line that waits for its reader is finished where it was begun; then the file changes."""
    script = """
    import os, signal, sys, threading, time, tracefmt
    from tests.core.line import record
    path = sys.argv[1]
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    formatter = tracefmt.Formatter(exclude=["timestamp"], span_source=lambda: None)
    handler = tracefmt.FileHandler(path, formatter=formatter, reopen_on=signal.SIGHUP)
    def later():
        time.sleep(0.2)
        os.rename(path, path + ".1")
        os.kill(os.getpid(), signal.SIGHUP)
        time.sleep(0.2)
        got = b""
        while not got.endswith(b"\\n"):
            got += os.read(reader, 1 << 16)
        assert got == b'{"level":"info","logger":"app","message":"%s"}\\n' % (b"x" * 300_000)
    thread = threading.Thread(target=later)
    thread.start()
    handler.handle(record("x" * 300_000))
    handler.handle(record("after"))
    thread.join()
    assert open(path).read() == '{"level":"info","logger":"app","message":"after"}\\n'
    """
    run_script(script, str(tmp_path / "log"))


def test_another_thread_cannot_ask_for_a_signal(path):
    """Python sets signal handlers in its main thread only; the error says what to do instead."""
    errors = []

    def make():
        with pytest.raises(ConfigurationError) as caught:
            FileHandler(path, reopen_on=signal.SIGHUP)
        errors.append(str(caught.value))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()

    (error,) = errors
    assert error == (
        "reopen_on=SIGHUP: only the main thread can set signal handlers; make the log handler "
        "there, or call its reopen() from a signal handler of your own"
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("HUP", "reopen_on='HUP': write a signal, such as signal.SIGHUP"),
        (0, "reopen_on=0: write a signal, such as signal.SIGHUP"),
        (signal.SIGKILL, "reopen_on=SIGKILL: the signal cannot be caught here"),
    ],
)
def test_signals_that_cannot_work(path, number, message):
    """What is no signal, or cannot be caught, is refused."""
    with pytest.raises(ConfigurationError) as caught:
        FileHandler(path, reopen_on=number)

    assert str(caught.value).startswith(message)
    assert all(not found.handlers for found in _reopen_signal._signals.values())


def test_a_signal_and_its_handler_of_ones_own(opened, path, tmp_path, formatter, before):
    """`reopen` may be called from a signal handler of one's own."""
    handler = opened(FileHandler(path, formatter=formatter))
    signal.signal(signal.SIGHUP, lambda *_: handler.reopen())
    path.rename(tmp_path / "log.1")
    hang_up()
    time.sleep(0)

    assert path.exists()


def test_lines_that_a_thread_writes(opened, path, tmp_path, formatter):
    """What was queued before the call goes to the file that was open then."""
    handler = opened(FileHandler(path, background=True, formatter=formatter))
    log(handler, *"abc")
    path.rename(tmp_path / "log.1")
    log(handler, *"def")
    handler.reopen()
    log(handler, "g")
    handler.flush()

    assert (tmp_path / "log.1").read_bytes() == b"".join(map(line, "abcdef"))
    assert path.read_bytes() == line("g")


@pytest.mark.once
def test_a_thread_that_would_have_to_watch(path):
    """A thread that writes does not look; the error says what to write instead."""
    with pytest.raises(ConfigurationError, match="the thread does not look; write reopen_on"):
        FileHandler(path, background=True, watch=True)
    assert not path.exists()
