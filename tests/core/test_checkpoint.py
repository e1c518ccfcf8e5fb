"""The checkpoint of a sink: asked before a file gets too large, or when its time is over."""

import os
import threading
import time

import pytest


class Asked:
    """What a checkpoint asks: notes the sizes it is given, and gives the answers it was told."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sizes = []
        self.act = lambda: None

    def __call__(self, size):
        self.sizes.append(size)
        self.act()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def sink(core, path):
    """Make a sink with a checkpoint, on a file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def sink(asked, *, buffer_size=0, waiting_too=False):
        return core.Sink(descriptor, buffer_size, core.Checkpoint(asked, waiting_too))

    sink.descriptor = descriptor
    yield sink
    os.close(descriptor)


def onto(path, sink):
    """Return what puts another file at the sink's descriptor."""

    def act():
        other = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(other, sink.descriptor)
        os.close(other)

    return act


def test_the_first_line_asks(sink):
    """Before the first line the function is asked, with the line's size and its newline."""
    asked = Asked((None, None))
    made = sink(asked)
    made.write(b"one")
    made.write(b"two")

    assert asked.sizes == [4]


def test_a_line_that_reaches_the_room_asks(sink):
    """Lines are counted; the one that would leave no byte of the room asks."""
    asked = Asked((10, None), (6, None))
    made = sink(asked)
    for line in (b"one", b"two", b"x", b"y"):
        made.write(line)

    assert asked.sizes == [4, 2]


def test_a_line_without_room_is_written_all_the_same(sink, path):
    """Who is asked decides; a line is written whatever the answer."""
    asked = Asked((3, None))
    made = sink(asked)
    made.write(b"one")
    made.write(b"two")

    assert path.read_bytes() == b"one\ntwo\n"
    assert asked.sizes == [4, 4]


def test_the_file_changes_between_two_lines(sink, path, tmp_path):
    """The line that asks is the first in the new file."""
    asked = Asked((5, None))
    made = sink(asked)
    made.write(b"one")
    asked.act = onto(tmp_path / "second", sink)
    made.write(b"two")

    assert path.read_bytes() == b"one\n"
    assert (tmp_path / "second").read_bytes() == b"two\n"


def test_time_asks(sink):
    """The time is the system's, in nanoseconds; one that is over asks, one to come does not."""
    over, to_come = time.time_ns() - 1, time.time_ns() + 10**12
    asked = Asked((None, over), (None, to_come))
    made = sink(asked)
    for _ in range(4):
        made.write(b"one")

    assert asked.sizes == [4, 4]


def test_a_full_buffer_is_split_between_lines(sink, path, tmp_path):
    """Of a block of lines as many go to a file as there is room for."""
    asked = Asked((9, None))
    made = sink(asked, buffer_size=1000)
    for number in range(5):
        made.write(b"n%d" % number)
    made.flush()
    first = path.read_bytes()

    assert first == b"n0\nn1\nn2\nn3\nn4\n"
    # 3 bytes a line: two leave less than a line of the nine, so every second one asks
    assert asked.sizes == [0, 3, 3]


def test_lines_kept_before_the_time_stay_in_their_file(sink, path, tmp_path):
    """A buffer is written before the file changes with the time."""
    asked = Asked((None, time.time_ns() + 50_000_000))
    made = sink(asked, buffer_size=1000)
    made.write(b"old")
    asked.act = onto(tmp_path / "second", sink)
    time.sleep(0.06)
    made.write(b"new")
    made.flush()

    assert path.read_bytes() == b"old\n"
    assert (tmp_path / "second").read_bytes() == b"new\n"


def test_waiting_lines_go_to_the_changed_file_where_that_is_wanted(sink, path, tmp_path):
    """With `waiting_too` the file is looked at before the buffer is written."""
    asked = Asked((None, None))
    made = sink(asked, buffer_size=1000, waiting_too=True)
    made.write(b"one")
    asked.act = onto(tmp_path / "second", sink)
    made.flush()

    assert path.read_bytes() == b""
    assert (tmp_path / "second").read_bytes() == b"one\n"


def test_lines_of_the_function_itself_come_behind(sink, path):
    """What is logged while the function runs waits for the line in hand."""
    asked = Asked((None, None))
    made = sink(asked)
    asked.act = lambda: made.write(b"note")
    made.write(b"one")

    assert path.read_bytes() == b"one\nnote\n"


def test_an_error_of_the_function_is_the_writers(sink, path):
    """It is raised to whoever writes, and the next line asks again."""
    asked = Asked((None, None))
    made = sink(asked)
    asked.act = lambda: 1 // 0
    with pytest.raises(ZeroDivisionError):
        made.write(b"one")
    asked.act = lambda: None
    made.write(b"two")

    assert path.read_bytes() == b"two\n"
    assert len(asked.sizes) == 2


def test_waking_asks_again(core, sink):
    """A checkpoint that was woken asks before the next line, and so does one after a fork."""
    asked = Asked((None, None))
    checkpoint = core.Checkpoint(asked, False)
    made = core.Sink(sink.descriptor, 0, checkpoint)
    made.write(b"one")
    checkpoint.wake()
    made.write(b"two")
    made.after_fork()
    made.write(b"six")

    assert asked.sizes == [4, 4, 4]


@pytest.mark.parametrize("buffer_size", [0, 1000])
def test_between_lines(core, sink, path, buffer_size):
    """What waits is written first; what the call logs comes after it."""
    made = core.Sink(sink.descriptor, buffer_size)
    seen = []

    def call():
        seen.append(path.read_bytes())
        made.write(b"note")

    made.write(b"one")
    made.between_lines(call)
    made.flush()

    assert seen == [b"one\n"]
    assert path.read_bytes() == b"one\nnote\n"


def test_between_lines_of_threads(core, sink, path, tmp_path):
    """Several threads write while the file changes many times: each line is whole, in one file."""
    made = core.Sink(sink.descriptor, 0)
    ended = threading.Event()

    def log(name):
        for number in range(500):
            made.write(b"%s %d " % (name, number) + b"x" * 500)

    def change():
        number = 0
        while not ended.is_set():
            made.between_lines(onto(tmp_path / f"file{number % 7}", sink))
            number += 1

    threads = [threading.Thread(target=log, args=(b"t%d" % n,)) for n in range(3)]
    changing = threading.Thread(target=change)
    for thread in (changing, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    changing.join()
    lines = [line for file in tmp_path.iterdir() for line in file.read_bytes().splitlines()]

    assert sorted(line.split()[:2] for line in lines) == sorted(
        [b"t%d" % n, b"%d" % number] for n in range(3) for number in range(500)
    )
    assert {line[-501:] for line in lines} == {b" " + b"x" * 500}


def test_errands_of_two_threads(run_script):
    """While one thread is between lines, another that wants to be waits without the GIL."""
    script = """
    import os, threading, time
    from tracefmt import _core
    sink = _core.core.Sink(os.open(os.devnull, os.O_WRONLY), 100)
    seen = []
    def first():
        thread.start()
        time.sleep(0.2)
        seen.append("first")
    thread = threading.Thread(target=sink.between_lines, args=(lambda: seen.append("second"),))
    sink.between_lines(first)
    thread.join()
    assert seen == ["first", "second"], seen
    """
    assert run_script(script) == b""
