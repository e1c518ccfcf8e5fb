"""Lines on a descriptor: whole, in order, whatever the kernel takes at a time."""

import contextlib
import os
import signal
import threading

import pytest


@pytest.fixture
def pipe():
    """Both ends of a pipe, closed afterwards."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def drain(descriptor: int) -> tuple[threading.Thread, list[bytes]]:
    """Read to the end in a thread."""
    chunks: list[bytes] = []

    def read() -> None:
        while chunk := os.read(descriptor, 1 << 16):
            chunks.append(chunk)

    thread = threading.Thread(target=read)
    thread.start()
    return thread, chunks


def test_a_line_is_with_the_kernel_when_the_call_returns(core, pipe):
    """Without a buffer each line is written at once, with its newline."""
    sink = core.Sink(pipe[1])

    sink.write(b"one")
    assert os.read(pipe[0], 100) == b"one\n"
    sink.write(b"two")
    assert os.read(pipe[0], 100) == b"two\n"


def test_one_line_is_one_write(core):
    """A pipe in packet mode gives back each write by itself."""
    read, write = os.pipe2(os.O_DIRECT)
    sink = core.Sink(write)

    for size in (1, 10, 1000):
        sink.write(b"x" * size)

    assert [os.read(read, 4096) for _ in range(3)] == [b"x" * n + b"\n" for n in (1, 10, 1000)]
    os.close(read)
    os.close(write)


def test_a_buffer_keeps_lines_until_it_is_full(core, pipe):
    """Lines are kept up to the size and written whole, the one that did not fit among them."""
    sink = core.Sink(pipe[1], 10)
    os.set_blocking(pipe[0], False)

    sink.write(b"1234")
    sink.write(b"1234")
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 100)
    sink.write(b"5")

    assert os.read(pipe[0], 100) == b"1234\n1234\n5\n"


def test_flush_writes_what_waits(core, pipe):
    """`flush` empties the buffer, and an empty buffer writes nothing."""
    sink = core.Sink(pipe[1], 1000)
    os.set_blocking(pipe[0], False)

    sink.write(b"a")
    sink.flush()
    assert os.read(pipe[0], 100) == b"a\n"
    sink.flush()
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 100)


@pytest.mark.parametrize("buffer_size", [0, 5000])
def test_lines_of_many_threads_stay_whole_on_a_full_pipe(core, pipe, buffer_size):
    """On a non-blocking pipe that is read slowly, no line is lost, cut or mixed with another."""
    read, write = pipe
    os.set_blocking(write, False)
    sink = core.Sink(write, buffer_size)
    reader, chunks = drain(read)
    lines = [bytes([65 + n]) * (200 * n + 7) for n in range(4)]

    def work(line: bytes) -> None:
        for _ in range(500):
            sink.write(line)

    threads = [threading.Thread(target=work, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sink.flush()
    os.close(write)
    reader.join()

    written = b"".join(chunks).split(b"\n")[:-1]
    assert sorted(written) == sorted(lines * 500)


def test_a_signal_handler_may_log_while_a_line_is_written(core, pipe):
    """A line written by a signal handler comes behind the one that it interrupted."""
    read, write = pipe
    os.set_blocking(write, False)
    sink = core.Sink(write)
    reader, chunks = drain(read)
    count = 0

    def handler(*_):
        nonlocal count
        count += 1
        sink.write(b"signal")

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for _ in range(300):
            sink.write(b"x" * 100_000)
            if count > 20:
                break
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    sink.flush()
    os.close(write)
    reader.join()

    written = b"".join(chunks).split(b"\n")[:-1]
    assert count > 0
    assert written.count(b"signal") == count
    assert set(written) == {b"signal", b"x" * 100_000}


def test_an_exception_of_a_signal_handler_ends_the_call(core, pipe):
    """A stalled write ends when a signal handler raises, and the next line starts on its own."""
    read, write = pipe
    sink = core.Sink(write)

    class StoppedError(Exception):
        pass

    def handler(*_):
        raise StoppedError

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(StoppedError):
            sink.write(b"x" * 1_000_000)  # more than the pipe holds, and nobody reads
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    reader, chunks = drain(read)
    sink.write(b"next")
    os.close(write)
    reader.join()

    torn, following = b"".join(chunks).split(b"\n")[:-1]
    assert set(torn) == {ord("x")}
    assert following == b"next"


@pytest.mark.parametrize("buffer_size", [0, 1])
def test_an_error_of_the_kernel_raises(core, buffer_size):
    """A descriptor that cannot be written to raises OSError with its number."""
    read = os.open(os.devnull, os.O_RDONLY)
    sink = core.Sink(read, buffer_size)

    with pytest.raises(OSError, match="Bad file descriptor"):
        sink.write(b"lost")
    os.close(read)


def test_a_forked_child_forgets_what_its_parent_buffered(core, pipe):
    """After `after_fork` nothing of the parent's waits, and the child's lines are written."""
    sink = core.Sink(pipe[1], 1000)
    sink.write(b"parent")

    child = os.fork()
    if child == 0:
        sink.after_fork()
        sink.write(b"child")
        sink.flush()
        os._exit(0)
    os.waitpid(child, 0)
    sink.flush()

    assert os.read(pipe[0], 100) == b"child\nparent\n"


def test_a_sink_knows_its_descriptor(core, pipe):
    """`descriptor` is what the sink was given."""
    assert core.Sink(pipe[1]).descriptor == pipe[1]
