"""A file that is renamed, removed or replaced under its handler, which watches it."""

import os
import time
import weakref

import pytest
from tests.files.conftest import Storm, line, log

from tracefmt import ConfigurationError, FileHandler


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def watching(opened, path, formatter):
    """Make a handler that looks before each write."""

    def watching(**options):
        return opened(FileHandler(path, **{"watch": 0, "formatter": formatter, **options}))

    return watching


def test_a_renamed_file(watching, path, tmp_path):
    """The next line creates the file anew."""
    handler = watching()
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    log(handler, "b", "c")

    assert (tmp_path / "log.1").read_bytes() == line("a")
    assert path.read_bytes() == line("b") + line("c")


def test_a_removed_file(watching, path):
    """So it does when the file has been removed."""
    handler = watching()
    log(handler, "a")
    path.unlink()
    log(handler, "b")

    assert path.read_bytes() == line("b")


@pytest.mark.parametrize("mode", ["a", "w"])
def test_a_replaced_file(watching, path, tmp_path, mode):
    """A file that somebody has put there is appended to, and never emptied."""
    handler = watching(mode=mode)
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    path.write_bytes(b"theirs\n")
    log(handler, "b")

    assert path.read_bytes() == b"theirs\n" + line("b")


def test_a_truncated_file(watching, path):
    """A file that is emptied where it stands is written from its beginning."""
    handler = watching()
    log(handler, "a")
    os.truncate(path, 0)
    log(handler, "b")

    assert path.read_bytes() == line("b")


def test_a_link_to_another_file(watching, path, tmp_path):
    """A link at the path that is turned to another file takes lines there."""
    path.symlink_to(tmp_path / "monday")
    handler = watching()
    log(handler, "a")
    path.unlink()
    path.symlink_to(tmp_path / "tuesday")
    log(handler, "b")

    assert (tmp_path / "monday").read_bytes() == line("a")
    assert (tmp_path / "tuesday").read_bytes() == line("b")


def test_looks_every_so_often(watching, path, tmp_path):
    """With an interval, lines before the next look go to the renamed file, and are not lost."""
    handler = watching(watch=3600)
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    log(handler, "b")
    handler.flush()
    log(handler, "c")

    assert (tmp_path / "log.1").read_bytes() == line("a") + line("b")
    assert path.read_bytes() == line("c")


def test_true_is_a_short_interval(watching, path, tmp_path):
    """``watch=True`` has looked again after 10 ms."""
    handler = watching(watch=True)
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    time.sleep(0.02)
    log(handler, "b")

    assert path.read_bytes() == line("b")


def test_without_watching(opened, path, tmp_path, formatter):
    """A handler that was not told to watch goes on to the renamed file."""
    handler = opened(FileHandler(path, formatter=formatter))
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    log(handler, "b")
    handler.flush()

    assert (tmp_path / "log.1").read_bytes() == line("a") + line("b")
    assert not path.exists()


def test_buffered_lines_go_to_a_file_that_is_there(watching, path, tmp_path):
    """A buffer is never written to a file that has gone: the look comes before the write."""
    handler = watching(buffer_size=1000, watch=True)
    log(handler, "a")
    handler.flush()
    log(handler, "b")
    path.unlink()
    handler.flush()

    assert path.read_bytes() == line("b")


def test_a_file_that_cannot_be_opened_anew(watching, path, tmp_path, errors):
    """Lines go on to the old file; it is reported once, by a line there and to `handleError`."""
    handler = watching()
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    path.mkdir()
    log(handler, "b", "c")
    report = (
        b'{"level":"error","logger":"tracefmt","message":"cannot reopen %s, lines go on to the '
        b"file that was open: [Errno 21] Is a directory: '%s'\"}\n" % (bytes(path), bytes(path))
    )

    assert (tmp_path / "log.1").read_bytes() == line("a") + line("b") + report + line("c")
    assert errors == [f"[Errno 21] Is a directory: '{path}'"]


def test_a_file_that_can_be_opened_later(watching, path, tmp_path, errors):
    """It is tried again, and lines go to the new file from then on."""
    handler = watching()
    path.rename(tmp_path / "log.1")
    path.mkdir()
    log(handler, "a")
    path.rmdir()
    handler.flush()  # or a second later
    log(handler, "b")

    assert path.read_bytes() == line("b")


def test_threads_while_the_file_is_renamed(watching, path, tmp_path):
    """Four threads log while the file is renamed again and again: each line is there, once."""
    storm = Storm(watching())
    old = []

    def rename():
        old.append(tmp_path / f"log.{len(old)}")
        path.rename(old[-1])
        while not path.exists():
            time.sleep(0.0005)

    storm.run(rename, 25)
    storm.check(*(file.read_bytes() for file in [*old, path]))


def test_the_native_way_stays(core, watching, path, tmp_path):
    """What stands in for the handler's methods is not changed with the file."""
    handler = watching()
    before, descriptor = handler._native, handler.stream.fileno()
    path.unlink()
    log(handler, "a")

    assert (before is not None) == (core.NAME == "rust")
    assert handler._native is before
    assert handler.stream.fileno() == descriptor


def test_a_handler_that_watches_is_let_go(path):
    """Nothing keeps a handler because it watches."""
    handler = FileHandler(path, watch=True)
    handler.close()
    seen = weakref.ref(handler)
    del handler

    assert seen() is None


@pytest.mark.once
@pytest.mark.parametrize("watch", ["yes", -1, float("inf"), float("nan")])
def test_intervals_that_cannot_work(path, watch):
    """An interval is a number of seconds."""
    with pytest.raises(ConfigurationError, match="write True, or the seconds between two looks"):
        FileHandler(path, watch=watch)
    assert not path.exists()
