"""`tracefmt.structlog.configure` and `LoggerFactory`."""

import io
import logging
import os
import sys

import pytest
import structlog
from tests.core.line import checked

import tracefmt
from tracefmt import ConfigurationError
from tracefmt.structlog import LoggerFactory, Renderer, configure


def test_configure(tmp_path):
    """Structlog and logging write alike into one file, from the level on."""
    path = tmp_path / "app.jsonl"
    configure("WARNING", filename=path, service="s", exclude=["timestamp"])
    log = structlog.get_logger("app")
    log.info("not this")
    log.warning("one", a=1)
    logging.getLogger("app").warning("one", extra={"a": 1})
    with structlog.contextvars.bound_contextvars(request_id="r"):
        log.error("two")

    assert path.read_bytes().splitlines() == [
        b'{"level":"warning","logger":"app","message":"one","service":"s","a":1}',
        b'{"level":"warning","logger":"app","message":"one","service":"s","a":1}',
        b'{"level":"error","logger":"app","message":"two","service":"s","request_id":"r"}',
    ]


def test_named_by_the_module():
    """A logger without a name is named by the module that uses it."""
    out = io.StringIO()
    configure(stream=out)
    structlog.get_logger().info("m")

    assert checked(out.getvalue()[:-1])["logger"] == __name__


def test_processors(out):
    """Processors of the user run before the renderer."""
    stream = io.StringIO()
    configure(stream=stream, processors=[lambda _, __, event: {**event, "seen": True}])
    structlog.get_logger("app").info("m")

    assert checked(stream.getvalue()[:-1])["seen"] is True


@pytest.mark.parametrize("before", [False, True], ids=["unconfigured", "configured"])
def test_undo(before):
    """`configure(None)` gives structlog and logging back what they had."""
    if before:
        structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    root = logging.getLogger()
    state = (structlog.is_configured(), structlog.get_config(), root.handlers[:], root.level)
    configure("ERROR", stream=io.StringIO())
    configure("DEBUG", stream=io.StringIO())
    assert structlog.get_config()["processors"] != state[1]["processors"]
    configure(None)

    assert (structlog.is_configured(), structlog.get_config(), root.handlers, root.level) == state


def test_bad_options(tmp_path):
    """An option that cannot work says what to write, and changes nothing."""
    state = structlog.get_config()
    for options, words in [
        ({"level": "LOUD"}, "write a name that logging knows"),
        ({"level": 25}, "write one of these"),
        ({"colour": 1}, "the options are those of tracefmt.Formatter"),
        ({"filename": tmp_path / "a", "stream": sys.stderr}, "not both"),
        ({"handler": logging.StreamHandler()}, "write a tracefmt.StreamHandler"),
        ({"handler": tracefmt.StreamHandler(), "stream": sys.stderr}, "only one of them"),
    ]:
        with pytest.raises(ConfigurationError, match=words):
            configure(**options)
    assert structlog.get_config() == state
    assert list(tmp_path.iterdir()) == []


def test_buffer(tmp_path):
    """Lines wait in the handler's buffer, shared with logging, until an error or a flush."""
    path = tmp_path / "app.jsonl"
    handler = tracefmt.FileHandler(path, buffer_size=8192)
    configure(handler=handler, exclude=["timestamp"])
    log = structlog.get_logger("app")
    log.info("one")
    handler.handle(logging.makeLogRecord({"msg": "two", "levelname": "INFO", "levelno": 20}))
    assert path.read_bytes() == b""

    log.error("three")
    assert [checked(line)["message"] for line in path.read_bytes().splitlines()] == [
        *("one", "two", "three"),
    ]
    log.info("four")
    handler.close()
    assert path.read_bytes().endswith(b'"message":"four"}\n')


def test_end_of_process(run_script, tmp_path):
    """What waits in the buffer is written as the process ends."""
    run_script(
        """
        import sys, structlog, tracefmt
        from tracefmt.structlog import configure
        configure(handler=tracefmt.FileHandler(sys.argv[1], buffer_size=8192))
        structlog.get_logger("app").info("last")
        """,
        str(tmp_path / "app.jsonl"),
    )

    assert checked((tmp_path / "app.jsonl").read_bytes()[:-1])["message"] == "last"


def test_all_methods(tmp_path):
    """Structlog can call every method that it calls on its own loggers."""
    path = tmp_path / "app.jsonl"
    handler = tracefmt.FileHandler(path, delay=True)
    logger = LoggerFactory(handler)("app")
    names = ["msg", "log", "debug", "info", "warn", "warning", "err", "error", "failure"]
    for name in [*names, "exception", "critical", "fatal"]:
        getattr(logger, name)(name if name < "f" else name.encode())
    handler.close()

    assert path.read_text().split() == [*names, "exception", "critical", "fatal"]
    assert repr(logger).startswith("<LineLogger app to <FileHandler ")


def test_write_error(capsys):
    """A line that cannot be written is reported, as logging does it; the call goes on."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as stream:
        handler = tracefmt.StreamHandler(stream)
        structlog.configure(processors=[Renderer()], logger_factory=LoggerFactory(handler))
        structlog.get_logger("app").info("m")

    assert "BrokenPipeError" in capsys.readouterr().err


def test_bound_event():
    """A keyword of a logger that is bound to an `event` does not pass for the level."""
    out = io.StringIO()
    configure(stream=out, exclude=["timestamp"])
    structlog.get_logger("app").bind(event="bound").info("m", level="forged")

    assert out.getvalue() == '{"level":"info","logger":"app","message":"m","level_":"forged"}\n'


def test_get_logger():
    """Loggers made where structlog has set its own class are tracefmt's, and know their caller."""
    structlog.stdlib.LoggerFactory()
    log = tracefmt.get_logger("made.under.structlog")
    out = io.StringIO()
    formatter = tracefmt.Formatter(callsite=True, exclude=["timestamp"])
    log.handlers, log.propagate = [tracefmt.StreamHandler(out, formatter=formatter)], False
    log.warning("m", order_id=7)

    assert log is logging.getLogger(log.name) is tracefmt.get_logger(log.name)
    found = checked(out.getvalue()[:-1])
    assert (found["order_id"], found["code.file.path"]) == (7, __file__)
    assert found["code.function.name"] == "test_get_logger"
    native = type(log).__mro__[1]
    assert native is tracefmt.Logger
