"""The handlers: one write a record, in order, and never an error to the caller."""

import contextlib
import io
import json
import logging
import logging.config
import os
import threading
import time

import pytest
from tests.core.hostile import Runs
from tests.core.line import checked, record

from tracefmt import FileHandler, StreamHandler

LINE = b'{"level":"info","logger":"app","message":"hello"}\n'


def test_one_write_a_record(formatter, packets):
    """Each record is one `write(2)`, there when the call returns."""
    stream, read = packets
    handler = StreamHandler(stream, formatter=formatter)
    handler.handle(record())

    assert read() == [LINE]
    handler.handle(record("a"))
    handler.handle(record("b"))
    assert read() == [LINE.replace(b"hello", b"a"), LINE.replace(b"hello", b"b")]


def test_text_of_the_stream_itself_goes_before(formatter, packets):
    """What was printed to the stream earlier comes out earlier."""
    stream, read = packets
    handler = StreamHandler(stream, formatter=formatter)
    stream.write("before ")
    handler.handle(record())
    stream.write("after")
    stream.flush()

    assert read() == [b"before ", LINE, b"after"]


def test_a_binary_stream(formatter, packets):
    """A binary file gets the same bytes, also without a buffer."""
    stream, read = packets
    StreamHandler(stream.buffer, formatter=formatter).handle(record())
    StreamHandler(stream.buffer.raw, formatter=formatter).handle(record())

    assert read() == [LINE, LINE]


def drained(log, *, blocking, delay=0):
    """Return all that a function writes to a pipe that is read in another thread."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, blocking)
    received = []

    def read():
        time.sleep(delay)
        with open(ours, "rb") as stream:  # noqa: PTH123
            received.append(stream.read())

    reader = threading.Thread(target=read)
    reader.start()
    with open(theirs, "w", encoding="utf-8") as stream:  # noqa: PTH123
        log(stream)
    reader.join()
    return received[0]


@pytest.mark.parametrize("blocking", [True, False])
def test_more_than_a_pipe_holds(formatter, blocking):
    """Lines that the kernel takes in parts arrive whole, also where it does not let one wait."""

    def log(stream):
        handler = StreamHandler(stream, formatter=formatter)
        for _ in range(3):
            handler.handle(record("x" * 300_000))

    expected = LINE.replace(b"hello", b"x" * 300_000) * 3

    assert drained(log, blocking=blocking, delay=0.05) == expected


def test_closed_stream(formatter, errors, tmp_path):
    """A stream that was closed is an error of the handler and not of the caller."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        handler = StreamHandler(stream, formatter=formatter)
    handler.handle(record())

    assert [type(error) for error in errors] == [ValueError]


def test_closed_descriptor(formatter, errors):
    """So is a descriptor that somebody closed."""
    ours, theirs = os.pipe()
    stream = open(theirs, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    handler = StreamHandler(stream, formatter=formatter)
    os.close(theirs)
    handler.handle(record())
    os.close(ours)
    with contextlib.suppress(OSError):
        stream.close()

    assert [type(error) for error in errors] == [OSError]


def test_broken_pipe(formatter, errors):
    """And a reader that went away."""
    ours, theirs = os.pipe()
    with open(theirs, "w", encoding="utf-8") as stream:  # noqa: PTH123
        handler = StreamHandler(stream, formatter=formatter)
        os.close(ours)
        handler.handle(record())

    assert [type(error) for error in errors] == [BrokenPipeError]


def test_stream_that_raises(formatter, errors):
    """And a stream whose own code raises."""

    class Raising(io.StringIO):
        def write(self, text):
            return 1 // 0

    StreamHandler(Raising(), formatter=formatter).handle(record())

    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_closed_stream_is_reported(formatter, tmp_path, capsys):
    """The report is logging's own, on stderr."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        handler = StreamHandler(stream, formatter=formatter)
    handler.handle(record())

    assert "--- Logging error ---" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupt_passes(formatter, packets, error):
    """An interrupt in the code of a value goes through the handler, which works on."""
    stream, read = packets

    def interrupt():
        raise error

    handler = StreamHandler(stream, formatter=formatter)
    with pytest.raises(error):
        handler.handle(record(v=Runs(interrupt)))
    handler.handle(record())

    assert read() == [LINE]


def test_other_formatters(packets):
    """With a formatter of another make the handler writes its text."""
    stream, read = packets
    handler = StreamHandler(stream, formatter=logging.Formatter("%(levelname)s %(message)s"))
    handler.handle(record("é\udc80"))
    handler.setFormatter(None)
    handler.handle(record("bare"))

    assert read() == ["INFO é\\udc80\n".encode(), b"bare\n"]


def test_default_formatter(packets):
    """Without a formatter it is `tracefmt.Formatter()`."""
    stream, read = packets
    StreamHandler(stream).handle(record())

    assert [list(checked(line[:-1])) for line in read()] == [
        ["timestamp", "level", "logger", "message"]
    ]


def test_filters_and_levels(formatter, packets):
    """Filters and the handler's level count as with any handler."""
    stream, read = packets
    handler = StreamHandler(stream, formatter=formatter)
    handler.setLevel(logging.ERROR)
    handler.addFilter(lambda made: made.msg != "no")
    logger = logging.Logger("app")
    logger.addHandler(handler)
    logger.info("hello")
    logger.error("no")
    logger.error("yes")

    assert read() == [b'{"level":"error","logger":"app","message":"yes"}\n']


def test_threads(formatter, packets):
    """Lines of several threads are whole."""
    stream, read = packets
    handler = StreamHandler(stream, formatter=formatter)
    found = []

    def log(name):
        for _ in range(100):
            handler.handle(record(name))

    threads = [threading.Thread(target=log, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        found += read()
    found += read()

    assert len(found) == 400
    assert set(found) == {LINE.replace(b"hello", b"t%d" % n) for n in range(4)}


def test_names_and_signature_of_logging(formatter, tmp_path):
    """They are logging's handlers, for code that asks."""
    with contextlib.closing(FileHandler(tmp_path / "log", formatter=formatter)) as handler:
        assert isinstance(handler, logging.FileHandler)
        assert handler.baseFilename == str(tmp_path / "log")
        assert str(tmp_path / "log") in repr(handler)
    assert isinstance(StreamHandler(io.StringIO()), logging.StreamHandler)
    assert repr(StreamHandler(io.StringIO())) == "<StreamHandler (NOTSET)>"


def test_dict_config(tmp_path):
    """`dictConfig` makes them with their options."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": "tracefmt.Formatter", "exclude": ["timestamp"]}},
            "handlers": {
                "file": {
                    "class": "tracefmt.FileHandler",
                    "filename": str(tmp_path / "log"),
                    "mode": "w",
                    "formatter": "json",
                }
            },
            "root": {"handlers": ["file"], "level": "INFO"},
        }
    )
    logging.getLogger("app").info("hello")

    assert (tmp_path / "log").read_bytes() == LINE


def test_real_lines_are_json_lines(tmp_path):
    """What a program logs can be read line by line with nothing but `json`."""
    handler = FileHandler(tmp_path / "log.jsonl")
    logger = logging.Logger("app")
    logger.addHandler(handler)
    for number in range(10):
        logger.warning("line %d\nof two", number, extra={"n": number})
    handler.close()
    lines = map(json.loads, (tmp_path / "log.jsonl").read_text("utf-8").splitlines())

    assert [line["n"] for line in lines] == list(range(10))


def test_a_line_buffered_stream_that_is_closed_is_not_written_to(tmp_path, formatter, errors):
    """The descriptor may be another's by then; the error goes to `handleError`."""
    stream = (tmp_path / "out").open("w", buffering=1)
    handler = StreamHandler(stream, formatter=formatter)
    stream.close()
    handler.handle(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))

    assert [type(error) for error in errors] == [ValueError]
