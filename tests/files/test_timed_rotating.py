"""A file that is rolled over when its time is over."""

import datetime
import logging.handlers
import os
import time

import pytest
from tests.files.conftest import Storm, line, log

from tracefmt import ConfigurationError, FileHandler, TimedRotatingFileHandler


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def rotating(opened, path, formatter):
    """Make a handler whose files last a day."""

    def rotating(**options):
        given = {"when": "midnight", "utc": True, "formatter": formatter, **options}
        return opened(TimedRotatingFileHandler(path, **given))

    return rotating


def end(handler):
    """Let the time of the handler's file be over now."""
    handler.rolloverAt = int(time.time())


def old(path):
    """Return what is in old files, by what their names have more than the log file's."""
    found = sorted(file for file in path.parent.iterdir() if file.name.startswith("log."))
    return {file.name[4:]: file.read_bytes() for file in found}


def yesterday():
    """Return the name that logging gives a file whose day ends now."""
    start = datetime.datetime.fromtimestamp(int(time.time()) - 86400, datetime.timezone.utc)
    return start.strftime("%Y-%m-%d")


def test_rolls_over(rotating, path):
    """The first line after the time is the first of a new file; the old one has its day's name."""
    handler = rotating()
    log(handler, "a", "b")
    end(handler)
    log(handler, "c", "d")

    assert old(path) == {yesterday(): line("a") + line("b")}
    assert path.read_bytes() == line("c") + line("d")
    assert handler.rolloverAt > time.time()


def test_the_clock_is_looked_at(opened, path, formatter):
    """With seconds as the unit, files are of a second each, and every line is in one."""
    handler = opened(TimedRotatingFileHandler(path, when="S", formatter=formatter))
    until = time.time() + 2.3
    count = 0
    while time.time() < until:
        log(handler, str(count))
        count += 1
        time.sleep(0.02)
    files = [*old(path).values(), path.read_bytes()]

    assert len(files) >= 2
    assert b"".join(files) == b"".join(line(str(number)) for number in range(count))


def test_buffered_lines_go_to_the_file_of_their_time(rotating, path):
    """A buffer is written to the old file before the first line of the new one is kept."""
    handler = rotating(buffer_size=10_000)
    log(handler, "a", "b")
    end(handler)
    log(handler, "c")
    handler.flush()

    assert old(path) == {yesterday(): line("a") + line("b")}
    assert path.read_bytes() == line("c")


def test_a_flush_after_the_time(rotating, path):
    """A flush alone writes lines to the file of their time, and begins no other."""
    handler = rotating(buffer_size=10_000)
    log(handler, "a")
    end(handler)
    handler.flush()

    assert old(path) == {}
    assert path.read_bytes() == line("a")


def test_an_old_file_of_the_same_name_is_kept(rotating, path):
    """The second file of a day gets a number; logging would overwrite the first."""
    handler = rotating()
    for message in "abc":
        log(handler, message)
        end(handler)
    log(handler, "d")
    day = yesterday()

    assert old(path) == {day: line("a"), f"{day}.1": line("b"), f"{day}.2": line("c")}


def test_old_files_are_dropped(rotating, path):
    """`getFilesToDelete` is logging's: the oldest go, the numbered ones of a day among them."""
    for day in ("2020-01-01", "2020-01-01.1", "2020-01-01.2", "2020-01-02"):
        path.with_name(f"log.{day}").write_bytes(b"old\n")
    path.with_name("log.other").write_bytes(b"kept\n")
    handler = rotating(backupCount=1)
    log(handler, "a")
    end(handler)
    log(handler, "b")

    assert old(path) == {yesterday(): line("a"), "other": b"kept\n"}


def test_a_namer_of_one_name(rotating, path):
    """A namer that always says the same gets it, and the file is replaced, as its author wants."""
    handler = rotating(namer=lambda _: f"{path}.last")
    for message in "abc":
        log(handler, message)
        end(handler)
    log(handler, "d")

    assert old(path) == {"last": line("c")}
    assert path.read_bytes() == line("d")


def test_threads(rotating, path):
    """Threads log while the time is over again and again: each line is there, once, whole."""
    handler = rotating()
    storm = Storm(handler)
    storm.run(lambda: end(handler), 25)
    files = sorted(old(path).items(), key=lambda file: int(f"0{file[0][11:]}"))

    assert len(files) >= 20
    storm.check(*(content for _, content in files), path.read_bytes())


def test_the_native_way_stays(core, rotating):
    """What stands in for the handler's methods is there, and is not changed by a rollover."""
    handler = rotating()
    before = handler._native
    end(handler)
    log(handler, "a")

    assert (before is not None) == (core.NAME == "rust")
    assert handler._native is before


def test_is_loggings_class(rotating):
    """It is a timed handler of logging's, and a file handler of ours."""
    handler = rotating()

    assert isinstance(handler, logging.handlers.TimedRotatingFileHandler)
    assert isinstance(handler, FileHandler)


@pytest.mark.once
@pytest.mark.parametrize(
    "options",
    [
        {"when": "S", "interval": 7},
        {"when": "midnight", "atTime": datetime.time(4, 30)},
        {"when": "W3", "utc": True},
        {"when": "D", "interval": 2, "backupCount": 4},
    ],
)
def test_times_are_loggings(tmp_path, path, options):
    """When a file ends is what logging's own handler says for a file of the same age."""
    for name in ("log", "theirs"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_700_000_000, 1_700_000_000))
    ours = TimedRotatingFileHandler(path, **options)
    theirs = logging.handlers.TimedRotatingFileHandler(tmp_path / "theirs", **options)
    ours.close()
    theirs.close()

    assert ours.rolloverAt == theirs.rolloverAt
    assert (ours.suffix, ours.backupCount) == (theirs.suffix, theirs.backupCount)


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"when": "X"}, "when='X': write 'S', 'M', 'H', 'D', 'midnight' or 'W0' to 'W6'"),
        ({"when": "W9"}, "when='W9': write 'S', 'M', 'H', 'D', 'midnight' or 'W0' to 'W6'"),
        ({"interval": 0}, "interval=0: write a number of units, 1 or more"),
        ({"backupCount": -1}, "backupCount=-1: write a number of files, 0 or more"),
    ],
)
def test_options_that_cannot_work(path, options, message):
    """What cannot work is refused, and the file's lock is not kept."""
    with pytest.raises(ConfigurationError) as caught:
        TimedRotatingFileHandler(path, **options)

    assert str(caught.value).startswith(message)
    TimedRotatingFileHandler(path).close()
