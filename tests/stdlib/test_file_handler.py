"""`tracefmt.FileHandler`: opened to append, late or anew, and by several processes."""

import pytest
from tests.core.line import checked, record

from tracefmt import ConfigurationError, FileHandler

LINE = b'{"level":"info","logger":"app","message":"hello"}\n'


def test_file_appends(formatter, tmp_path):
    """A file is appended to, is UTF-8, and has each line when the call returns."""
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    handler = FileHandler(path, formatter=formatter)
    handler.handle(record())

    assert path.read_bytes() == b"old\n" + LINE
    handler.close()


@pytest.mark.parametrize(("mode", "expected"), [("a", b"old\n" + LINE), ("w", LINE)])
def test_file_modes(formatter, tmp_path, mode, expected):
    """``a`` appends, ``w`` empties first."""
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    handler = FileHandler(path, mode, formatter=formatter)
    handler.handle(record())
    handler.close()

    assert path.read_bytes() == expected


def test_file_that_must_be_new(formatter, tmp_path):
    """``x`` refuses a file that is there."""
    path = tmp_path / "log"
    FileHandler(path, "x", formatter=formatter).close()

    with pytest.raises(FileExistsError):
        FileHandler(path, "x", formatter=formatter)


def test_file_opened_late(formatter, tmp_path):
    """With ``delay`` the file is opened at the first record."""
    path = tmp_path / "log"
    handler = FileHandler(path, delay=True, formatter=formatter)

    assert not path.exists()
    handler.handle(record())
    handler.close()
    assert path.read_bytes() == LINE


def test_file_that_cannot_be_opened_late(formatter, tmp_path, errors):
    """Where that fails, it is an error of the handler, each time."""
    (tmp_path / "no").mkdir()
    handler = FileHandler(tmp_path / "no" / "log", delay=True, formatter=formatter)
    (tmp_path / "no").rmdir()
    handler.handle(record())
    handler.handle(record())

    assert [type(error) for error in errors] == [FileNotFoundError] * 2


@pytest.mark.parametrize("mode", ["a", "w"])
def test_closed_file(formatter, tmp_path, mode, errors):
    """A closed handler that appends opens its file again; one that empties it does not."""
    path = tmp_path / "log"
    handler = FileHandler(path, mode, formatter=formatter)
    handler.handle(record())
    handler.close()
    handler.handle(record())
    handler.close()

    assert path.read_bytes() == LINE * (2 if mode == "a" else 1)
    assert errors == []


def test_file_of_two_processes(tmp_path, run_script):
    """Two processes append to one file, and no line is torn or lost."""
    path = tmp_path / "log"
    script = """
    import os, sys, logging, tracefmt
    from tests.core.line import record
    handler = tracefmt.FileHandler(
        sys.argv[1], formatter=tracefmt.Formatter(exclude=["timestamp"], span_source=lambda: None)
    )
    child = os.fork()
    for number in range(500):
        handler.handle(record("child" if child == 0 else "parent", number=number, pad="x" * 3000))
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    """
    run_script(script, str(path))
    lines = [checked(line) for line in path.read_bytes().splitlines()]

    for name in ("child", "parent"):
        assert [line["number"] for line in lines if line["message"] == name] == list(range(500))
    assert len(lines) == 1000


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "r"}, "mode='r': write 'a' to append"),
        ({"mode": "ab"}, "mode='ab': write 'a' to append"),
        (
            {"encoding": "latin-1"},
            "encoding='latin-1': JSON is UTF-8 (RFC 8259); leave encoding out",
        ),
    ],
)
def test_file_options_that_cannot_work(tmp_path, options, message):
    """What cannot work is refused before a file is opened."""
    with pytest.raises(ConfigurationError) as caught:
        FileHandler(tmp_path / "log", **options)

    assert str(caught.value).startswith(message)
    assert not (tmp_path / "log").exists()


@pytest.mark.once
@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF-8", "utf8", "UTF_8"])
def test_file_encodings(tmp_path, encoding):
    """UTF-8 may be named in any of its spellings."""
    FileHandler(tmp_path / "log", encoding=encoding).close()
