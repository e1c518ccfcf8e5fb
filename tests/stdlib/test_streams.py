"""Streams of all kinds: what has a descriptor of its own, and what gets text by its `write`."""

import io
import logging
import sys

import pytest
from tests.core.line import record

from tracefmt import StreamHandler

LINE = b'{"level":"info","logger":"app","message":"hello"}\n'


def test_string_io(formatter):
    """A stream without a descriptor gets text."""
    out = io.StringIO()
    StreamHandler(out, formatter=formatter).handle(record("é"))

    assert out.getvalue() == '{"level":"info","logger":"app","message":"é"}\n'


def test_bytes_io(formatter):
    """A binary one gets bytes."""
    out = io.BytesIO()
    StreamHandler(out, formatter=formatter).handle(record("é"))

    assert out.getvalue() == '{"level":"info","logger":"app","message":"é"}\n'.encode()


def test_stderr_is_the_default(formatter, capsys):
    """Without a stream it is `sys.stderr` as it is then, here pytest's."""
    StreamHandler(formatter=formatter).handle(record())

    assert capsys.readouterr().err.encode() == LINE


def test_captured_descriptor(formatter, capfd):
    """A capture of the descriptor sees lines and printed text in their order."""
    handler = StreamHandler(sys.stdout, formatter=formatter)
    print("before")
    handler.handle(record())
    print("after")

    assert capfd.readouterr().out.encode() == b"before\n" + LINE + b"after\n"


def test_captured_descriptor_of_an_older_stream(formatter, run_script):
    """So does a process whose output goes to a pipe."""
    script = """
    import sys, tracefmt, logging
    handler = tracefmt.configure(stream=sys.stdout, exclude=["timestamp"])
    print("before")
    logging.getLogger("app").info("hello")
    print("after")
    """

    assert run_script(script) == b"before\n" + LINE + b"after\n"


class Tee:
    """A wrapper of the kind that notebooks and test tools use."""

    def __init__(self, stream):
        self.stream = stream
        self.written = []

    def write(self, text):
        self.written.append(text)

    def flush(self):
        self.written.append(None)

    def fileno(self):
        return self.stream.fileno()

    def __getattr__(self, name):
        return getattr(self.stream, name)


def test_wrapper_with_a_descriptor(formatter, packets):
    """A wrapper's own `write` is called, although it has a descriptor."""
    stream, read = packets
    tee = Tee(stream)
    StreamHandler(tee, formatter=formatter).handle(record())

    assert tee.written == [LINE.decode(), None]
    assert read() == []


def test_subclass_of_a_text_file(formatter, tmp_path):
    """A subclass of Python's file class may have a `write` of its own too."""

    class Shouting(io.TextIOWrapper):
        def write(self, text):
            return super().write(text.upper())

    with Shouting(io.FileIO(tmp_path / "log", "w"), encoding="utf-8") as stream:
        StreamHandler(stream, formatter=formatter).handle(record())

    assert (tmp_path / "log").read_bytes() == LINE.upper()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp037"])
def test_stream_of_another_encoding(formatter, tmp_path, encoding):
    """A text file whose encoding is not based on ASCII gets text, which it encodes itself."""
    with (tmp_path / "log").open("w", encoding=encoding, newline="\n") as stream:
        handler = StreamHandler(stream, formatter=formatter)
        handler.handle(record())
        handler.handle(record())

    assert (tmp_path / "log").read_bytes().decode(encoding) == (LINE * 2).decode()


def test_set_stream(formatter, packets):
    """The stream can be changed, as logging's handler lets one do, to any other kind."""
    stream, read = packets
    first, second = io.StringIO(), io.BytesIO()
    handler = StreamHandler(first, formatter=formatter)
    handler.handle(record())

    assert handler.setStream(stream) is first
    handler.handle(record())
    assert handler.setStream(second) is stream
    assert handler.setStream(second) is None
    handler.handle(record())
    assert (first.getvalue().encode(), read(), second.getvalue()) == (LINE, [LINE], LINE)


def test_half_a_line_of_text_does_not_stand_before_a_line(tmp_path, formatter):
    """A line-buffered stream keeps text without a line end; whole lines of text come before."""
    with (tmp_path / "out").open("w", buffering=1) as stream:
        handler = StreamHandler(stream, formatter=formatter)
        stream.write("whole\n")
        stream.write("half")
        handler.handle(logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": "up"}))

    assert (tmp_path / "out").read_text() == (
        'whole\n{"level":"info","logger":"app","message":"up"}\nhalf'
    )
