"""A file that is rolled over when the next line would make it too large."""

import gzip
import logging
import logging.config
import logging.handlers
import os
import shutil

import pytest
from tests.core.line import record
from tests.files.conftest import Storm, line, log

import tracefmt
from tracefmt import ConfigurationError, FileHandler, RotatingFileHandler

SIZE = len(line("a"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def rotating(opened, path, formatter):
    """Make a handler for files of two lines, of which five old ones are kept."""

    def rotating(kind=RotatingFileHandler, **options):
        given = {"maxBytes": 2 * SIZE + 1, "backupCount": 5, "formatter": formatter, **options}
        return opened(kind(path, **given))

    return rotating


def contents(path):
    """Return what is in the files, the newest first."""
    old = [path.with_name(f"log.{number}") for number in range(1, 1000)]
    return [file.read_bytes() for file in (path, *old) if file.exists()]


def lines(messages):
    return b"".join(map(line, messages))


@pytest.mark.parametrize("buffer_size", [0, 10, 10_000])
def test_rolls_over(rotating, path, buffer_size):
    """A file takes the lines that leave it below `maxBytes`; old ones are numbered from 1."""
    handler = rotating(buffer_size=buffer_size)
    log(handler, *"abcde")
    handler.flush()

    assert contents(path) == [lines("e"), lines("cd"), lines("ab")]


@pytest.mark.parametrize("short", [0, 1])
def test_the_limit_is_not_reached(rotating, path, short):
    """Logging's rule: a file that would be exactly `maxBytes` is too large."""
    log(rotating(maxBytes=2 * SIZE + short), *"abc")

    assert (
        contents(path) == ([lines("c"), lines("b"), lines("a")], [lines("c"), lines("ab")])[short]
    )


def test_bytes_are_counted(rotating, path, formatter):
    """What counts are bytes, not characters."""
    log(rotating(maxBytes=SIZE + len(line("é")) + 1), "a", "é", "b")

    assert contents(path) == [line("b"), line("a") + line("é")]


def test_what_is_in_the_file_counts(rotating, path):
    """A file that was there counts with its size."""
    path.write_bytes(lines("a"))
    log(rotating(), *"bc")

    assert contents(path) == [lines("c"), lines("ab")]


@pytest.mark.parametrize("buffer_size", [0, 10_000])
def test_a_line_that_is_too_long(rotating, path, buffer_size):
    """A line longer than `maxBytes` has a file to itself, and no file is left empty."""
    long = "x" * 100
    handler = rotating(buffer_size=buffer_size)
    log(handler, "a", long, long, "b")
    handler.flush()

    assert contents(path) == [line("b"), line(long), line(long), line("a")]


def test_old_files_are_dropped(rotating, path):
    """No more than `backupCount` old files are kept."""
    log(rotating(maxBytes=1, backupCount=2), *"abcde")

    assert contents(path) == [lines("e"), lines("d"), lines("c")]


@pytest.mark.parametrize("options", [{"maxBytes": 0}, {"backupCount": 0}])
def test_never_rolls_over(rotating, path, options):
    """With one of both 0 there is one file, as logging's documentation says."""
    log(rotating(**options), *"abcdefgh")

    assert contents(path) == [lines("abcdefgh")]


def test_as_logging_does_it(rotating, path, tmp_path, formatter):
    """Logging's own handler gives the same files for the same records."""
    theirs = logging.handlers.RotatingFileHandler(
        tmp_path / "theirs", maxBytes=500, backupCount=100
    )
    theirs.setFormatter(formatter)
    ours = rotating(maxBytes=500, backupCount=100)
    for number in range(80):
        for handler in (ours, theirs):
            handler.handle(record("x" * (number * 37 % 300)))
    theirs.close()
    expected = [tmp_path / "theirs", *(tmp_path / f"theirs.{n}" for n in range(1, 101))]

    assert contents(path) == [file.read_bytes() for file in expected if file.exists()]


@pytest.mark.parametrize("buffer_size", [0, 3000])
def test_threads(rotating, path, buffer_size):
    """Four threads log through many rollovers: each line is there once, no file is too large."""
    handler = rotating(maxBytes=20_000, backupCount=999, buffer_size=buffer_size)
    storm = Storm(handler, limit=250)
    storm.run()
    handler.flush()
    files = contents(path)

    assert len(files) > 10
    assert max(map(len, files)) < 20_000
    assert min(map(len, files[1:])) > 19_500
    storm.check(*reversed(files))


def test_the_native_way_stays(core, rotating, path):
    """What stands in for the handler's methods is there, and is not changed by a rollover."""
    handler = rotating()
    before = handler._native
    log(handler, *"abc")

    assert (before is not None) == (core.NAME == "rust")
    assert handler._native is before
    assert len(contents(path)) == 2


def test_a_logger_of_ours(rotating, path):
    """`tracefmt.Logger` writes to it, with keyword fields."""
    logger = tracefmt.get_logger("rotating.test")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(rotating(maxBytes=100))
    for number in range(4):
        logger.info("hello", number=number)
    logger.handlers.clear()

    made = b'{"level":"info","logger":"rotating.test","message":"hello","number":%d}\n'
    assert contents(path) == [made % number for number in (3, 2, 1, 0)]


def test_delay(rotating, path):
    """With ``delay`` there is no file before the first record; then it is as without."""
    handler = rotating(delay=True)
    assert not path.exists()
    log(handler, *"abc")

    assert contents(path) == [lines("c"), lines("ab")]


def test_by_hand(rotating, path):
    """`doRollover` may be called at any time; what was buffered goes to the old file."""
    handler = rotating(buffer_size=1000)
    log(handler, "a")
    handler.doRollover()
    log(handler, "b")
    handler.flush()

    assert contents(path) == [lines("b"), lines("a")]


def test_limits_that_are_changed(rotating, path):
    """A limit that is set later holds from the next line on."""
    handler = rotating(maxBytes=0)
    log(handler, *"abc")
    handler.maxBytes = 2 * SIZE + 1
    log(handler, *"def")

    assert contents(path) == [lines("f"), lines("de"), lines("abc")]


def test_namer_and_rotator(rotating, path, tmp_path):
    """The hooks are logging's: here old files are compressed."""

    def compress(source, target):
        with open(source, "rb") as plain, gzip.open(target, "wb") as packed:  # noqa: PTH123
            shutil.copyfileobj(plain, packed)
        os.remove(source)  # noqa: PTH107

    log(rotating(namer=lambda name: f"{name}.gz", rotator=compress), *"abcde")
    found = {file.name: gzip.decompress(file.read_bytes()) for file in tmp_path.glob("*.gz")}

    assert found == {"log.1.gz": lines("cd"), "log.2.gz": lines("ab")}
    assert path.read_bytes() == lines("e")


def test_hooks_that_log(rotating, path):
    """What a hook logs comes behind the line that caused the rollover."""
    handler = rotating()

    def namer(name):
        if "r" not in seen:
            seen.append("r")
            log(handler, "r")
        return name

    seen = []
    handler.namer = namer
    log(handler, *"abc")

    assert contents(path) == [lines("cr"), lines("ab")]


def test_is_loggings_class(rotating):
    """It is a rotating handler of logging's, and a file handler of ours."""
    handler = rotating()

    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    assert isinstance(handler, FileHandler)


def test_dict_config(path, formatter):
    """DictConfig makes one from the options that logging's takes, and closes it when done anew."""
    config = {
        "version": 1,
        "handlers": {
            "file": {
                "class": "tracefmt.RotatingFileHandler",
                "filename": str(path),
                "maxBytes": 2 * SIZE + 1,
                "backupCount": 3,
                "formatter": "json",
            }
        },
        "formatters": {
            "json": {
                "()": "tracefmt.Formatter",
                "exclude": ["timestamp"],
                "span_source": lambda: None,
            }
        },
        "loggers": {"app": {"handlers": ["file"], "level": "INFO", "propagate": False}},
    }
    for messages in ("abc", "de"):
        logging.config.dictConfig(config)
        for message in messages:
            logging.getLogger("app").info(message)
    own = {"handlers": [], "level": "NOTSET", "propagate": True}
    config = {"version": 1, "loggers": {"app": own}}
    logging.config.dictConfig(config)  # it is as it was, and the handler is closed
    assert logging.getLogger("app").propagate

    assert contents(path) == [lines("e"), lines("cd"), lines("ab")]


class OwnRules(RotatingFileHandler):
    """A subclass that rolls over when a record says so, and begins files with a line of its own."""

    def shouldRollover(self, made):
        return getattr(made, "roll", False)

    def doRollover(self):
        super().doRollover()
        self.stream.write("begin\n")
        self.stream.flush()


def test_a_subclass_with_rules(rotating, path, formatter):
    """A subclass that overrides logging's rules is asked for each record, as logging asks it."""
    handler = rotating(OwnRules)
    log(handler, *"abcd")
    handler.handle(record("e", roll=True))
    handler.setFormatter(formatter)

    rolled = b'{"level":"info","logger":"app","message":"e","roll":true}\n'
    assert contents(path) == [b"begin\n" + rolled, lines("abcd")]


class OwnRollover(RotatingFileHandler):
    """A subclass that closes and opens the stream itself, as logging's own code does."""

    def doRollover(self):
        self.stream.close()
        self.stream = None
        os.rename(self.baseFilename, self.baseFilename + ".1")  # noqa: PTH104
        self.stream = self._open()


@pytest.mark.parametrize("buffer_size", [0, 10_000])
def test_a_subclass_with_its_own_rollover(rotating, path, buffer_size):
    """One that does it all itself loses nothing either."""
    handler = rotating(OwnRollover, buffer_size=buffer_size)
    if buffer_size:
        log(handler, *"ab")
        handler.flush()
        log(handler, *"c")
    else:
        log(handler, *"abc")
    handler.flush()

    assert contents(path) == [lines("c"), lines("ab")]


def test_a_rollover_that_fails(rotating, path, tmp_path, errors):
    """Lines go on to the file that was open; it is reported, and tried again later."""
    handler = rotating(backupCount=1)
    (tmp_path / "log.1").mkdir()
    log(handler, *"abcd")

    assert path.read_bytes().startswith(lines("abc"))
    assert path.read_bytes().endswith(lines("d"))
    assert path.read_bytes().count(b'"cannot roll over ') == 1
    assert len(errors) == 1
    (tmp_path / "log.1").rmdir()
    handler.maxBytes = 2 * SIZE + 1  # or five seconds later
    log(handler, *"e")
    assert path.read_bytes() == lines("e")


def test_a_rollover_that_stops_halfway(rotating, path, tmp_path, errors, monkeypatch):
    """Where the file was renamed and no new one could be made, lines go on to the renamed one."""
    handler = rotating()
    log(handler, *"ab")
    monkeypatch.setattr(handler, "_open", lambda: 1 // 0)
    log(handler, *"c")
    assert (tmp_path / "log.1").read_bytes().startswith(lines("abc"))
    monkeypatch.undo()
    handler.maxBytes = 2 * SIZE + 1
    log(handler, *"d")

    assert path.read_bytes() == lines("d")
    assert contents(path)[1].startswith(lines("abc"))
    assert len(contents(path)) == 2


def test_by_hand_it_raises(rotating, path, tmp_path):
    """Who calls `doRollover` gets the error."""
    handler = rotating(backupCount=1)
    (tmp_path / "log.1").mkdir()
    with pytest.raises(OSError, match="/log"):
        handler.doRollover()
    log(handler, "a")

    assert path.read_bytes() == lines("a")


def test_something_else_than_a_file(opened, formatter):
    """A device or a pipe is written to, and neither renamed nor locked."""
    handler = opened(
        RotatingFileHandler("/dev/null", maxBytes=1, backupCount=1, formatter=formatter)
    )
    log(handler, *"abc")

    assert not os.path.exists("/dev/null.1")  # noqa: PTH110
    assert not os.path.exists("/dev/.null.lock")  # noqa: PTH110


def test_closed_and_opened_again(rotating, path):
    """A record after `close` opens the file again, as with any file handler of logging's."""
    handler = rotating()
    log(handler, *"ab")
    handler.close()
    log(handler, *"c")

    assert contents(path) == [lines("c"), lines("ab")]


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"maxBytes": -1}, "maxBytes=-1: write a number of bytes, 0 or more"),
        ({"maxBytes": "1 MB"}, "maxBytes='1 MB': write a number of bytes, 0 or more"),
        ({"backupCount": 1.5}, "backupCount=1.5: write a number of files, 0 or more"),
        ({"mode": "r"}, "mode='r': write 'a' to append"),
        ({"encoding": "latin-1"}, "encoding='latin-1': JSON is UTF-8"),
    ],
)
def test_options_that_cannot_work(tmp_path, options, message):
    """What cannot work is refused before a file is made."""
    with pytest.raises(ConfigurationError) as caught:
        RotatingFileHandler(tmp_path / "log", **options)

    assert str(caught.value).startswith(message)
    assert list(tmp_path.iterdir()) == []
