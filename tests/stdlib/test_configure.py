"""One call sets logging up, and one undoes it."""

import io
import logging

import pytest
from tests.core.line import checked

import tracefmt
from tracefmt import ConfigurationError, FileHandler, SpanContext, StreamHandler

ROOT = logging.getLogger()


@pytest.fixture
def ours():
    """Return the root logger's handlers that were not there when the test began."""
    before = ROOT.handlers[:]
    return lambda: [handler for handler in ROOT.handlers if handler not in before]


def test_stream(ours):
    """Lines go to the stream, from any logger."""
    out = io.StringIO()
    handler = tracefmt.configure(stream=out, exclude=["timestamp"])
    logging.getLogger("app").info("up", extra={"port": 80})
    logging.getLogger("app").debug("not shown")

    assert ours() == [handler]
    assert type(handler) is StreamHandler
    assert out.getvalue() == '{"level":"info","logger":"app","message":"up","port":80}\n'


def test_stderr_is_the_default(capsys):
    """Without a stream or a file it is `sys.stderr`, as with `logging.basicConfig`."""
    tracefmt.configure()
    logging.getLogger("app").info("up")

    assert checked(capsys.readouterr().err.rstrip("\n"))["message"] == "up"


def test_file(tmp_path, ours):
    """A file is appended to."""
    handler = tracefmt.configure(filename=tmp_path / "log", exclude=["timestamp"])
    logging.getLogger("app").info("up")

    assert type(handler) is FileHandler
    assert (tmp_path / "log").read_bytes() == b'{"level":"info","logger":"app","message":"up"}\n'


def test_options_of_the_file(tmp_path):
    """What a file handler can be told about its file can be given too."""
    path = tmp_path / "log"
    handler = tracefmt.configure(filename=path, watch=0, permissions=0o640, exclude=["timestamp"])
    path.unlink()
    logging.getLogger("app").info("up")

    assert path.read_bytes() == b'{"level":"info","logger":"app","message":"up"}\n'
    assert path.stat().st_mode & 0o777 == 0o640
    assert type(handler) is FileHandler


def test_options_of_the_formatter():
    """All options of the formatter can be given."""
    out = io.StringIO()
    tracefmt.configure(
        stream=out,
        schema=None,
        service="s",
        static={"env": "prod"},
        rename={"level": "severity"},
        exclude=["timestamp"],
        span_source=lambda: SpanContext(1, 2, 3),
    )
    logging.getLogger("app").info("up")

    assert out.getvalue() == (
        '{"severity":"info","logger":"app","message":"up","service":"s","env":"prod",'
        f'"trace_id":"{1:032x}","span_id":"{2:016x}","trace_flags":"03"}}\n'
    )


@pytest.mark.parametrize(
    ("level", "number"), [("DEBUG", 10), ("WARNING", 30), (25, 25), (0, 0), ("NOTSET", 0)]
)
def test_levels(level, number):
    """The level is a name or a number."""
    tracefmt.configure(level, stream=io.StringIO())

    assert ROOT.level == number


def test_own_level_name():
    """Names that were added count too."""
    logging.addLevelName(25, "NOTICE")
    tracefmt.configure("NOTICE", stream=io.StringIO())

    assert ROOT.level == 25


def test_again_replaces_its_own_handler(ours):
    """Called again it replaces its handler and no other."""
    other = logging.StreamHandler(io.StringIO())
    ROOT.addHandler(other)
    first, second = io.StringIO(), io.StringIO()
    tracefmt.configure(stream=first)
    handler = tracefmt.configure("DEBUG", stream=second)
    logging.getLogger("app").debug("up")

    assert ours() == [other, handler]
    assert first.getvalue() == ""
    assert checked(second.getvalue().rstrip("\n"))["message"] == "up"


def test_undone(ours):
    """`configure(None)` takes the handler away and gives the root logger its level back."""
    ROOT.setLevel(logging.CRITICAL)
    other = logging.StreamHandler(io.StringIO())
    ROOT.addHandler(other)
    tracefmt.configure("DEBUG", stream=io.StringIO())
    tracefmt.configure("INFO", stream=io.StringIO())

    assert tracefmt.configure(None) is None
    assert ours() == [other]
    assert ROOT.level == logging.CRITICAL


def test_undone_twice(ours):
    """Undoing where nothing was done does nothing."""
    level = ROOT.level
    tracefmt.configure(None)
    tracefmt.configure(None)

    assert ours() == []
    assert ROOT.level == level


def test_file_is_closed_when_it_is_replaced(tmp_path):
    """The old handler is closed."""
    handler = tracefmt.configure(filename=tmp_path / "log")
    stream = handler.stream
    tracefmt.configure(None)

    assert stream.closed


def test_handler_taken_away_by_others(ours):
    """Somebody else may have taken the handler away."""
    handler = tracefmt.configure(stream=io.StringIO())
    ROOT.removeHandler(handler)
    again = tracefmt.configure(stream=io.StringIO())

    assert ours() == [again]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (
            ("LOUD",),
            {},
            "level='LOUD': write a name that logging knows, such as 'INFO', or a number",
        ),
        ((True,), {}, "level=True: write a name"),
        ((1.5,), {}, "level=1.5: write a name"),
        ((), {"schema": "ecss"}, "schema: there is no 'ecss'"),
        ((), {"schema": "%(module)s"}, "fmt: there is no field for 'module'; write %(filename)s"),
        ((), {"servise": "x"}, "configure: "),
        ((), {"filename": "log", "stream": io.StringIO()}, "configure: give filename or stream"),
        ((), {"watch": True}, "configure: watch is about a file; give a filename"),
        ((), {"static": {"level": 1}}, "static: 'level' is a field"),
    ],
)
def test_options_that_cannot_work(arguments, options, message, ours, tmp_path, monkeypatch):
    """What cannot work is refused, and what was configured before stays as it was."""
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    handler = tracefmt.configure("WARNING", stream=out)
    with pytest.raises(ConfigurationError) as caught:
        tracefmt.configure(*arguments, **options)
    logging.getLogger("app").warning("still there")

    assert str(caught.value).startswith(message)
    assert ours() == [handler]
    assert ROOT.level == logging.WARNING
    assert checked(out.getvalue().rstrip("\n"))["message"] == "still there"
    assert list(tmp_path.iterdir()) == []


def test_bad_level_leaves_no_file(tmp_path):
    """A level that is none is noticed before a file is opened."""
    with pytest.raises(ConfigurationError):
        tracefmt.configure("LOUD", filename=tmp_path / "log")

    assert list(tmp_path.iterdir()) == []


def test_file_that_cannot_be_opened(tmp_path, ours):
    """A file that cannot be opened raises at once, and nothing changes."""
    with pytest.raises(OSError, match="No such file"):
        tracefmt.configure(filename=tmp_path / "no" / "log")

    assert ours() == []


def test_last_lines_of_a_program(run_script):
    """Nothing is lost at the end of a program."""
    script = """
    import logging, sys, tracefmt
    tracefmt.configure(stream=sys.stdout, exclude=["timestamp"])
    for number in range(100):
        logging.getLogger("app").info("line", extra={"n": number})
    """
    lines = run_script(script).splitlines()

    assert [checked(line)["n"] for line in lines] == list(range(100))
