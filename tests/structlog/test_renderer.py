"""`Renderer` in chains of processors, under each of structlog's loggers."""

import asyncio
import io
import logging
import os
import pickle
import threading

import pytest
import structlog
from structlog.processors import CallsiteParameter
from tests.core.line import checked
from tests.spans.active import SPAN_ID, TRACE_ID, attached, span

from tracefmt import ConfigurationError, Formatter
from tracefmt.structlog import Renderer

PLAIN = {"span_source": lambda: None, "exclude": ["timestamp"]}


def logger_to(out, *processors, text=False, **options):
    """Return a logger of structlog whose last processor is a `Renderer`."""
    factory = structlog.WriteLoggerFactory if text else structlog.BytesLoggerFactory
    renderer = Renderer(output="text" if text else "bytes", **options)
    structlog.configure(processors=[*processors, renderer], logger_factory=factory(out))
    return structlog.get_logger()


def test_bytes(out):
    """`BytesLogger` gets bytes, and adds the newline."""
    logger_to(out, **PLAIN).info("paid", order_id=7)

    assert out.getvalue() == b'{"level":"info","message":"paid","order_id":7}\n'


def test_text():
    """`WriteLogger` gets the same line as text."""
    out = io.StringIO()
    logger_to(out, text=True, **PLAIN).warning("péid", order_id=7)

    assert out.getvalue() == '{"level":"warning","message":"péid","order_id":7}\n'


def test_print_logger(capsys):
    """`PrintLogger`, structlog's default, prints the text."""
    structlog.configure(processors=[Renderer(output="text", **PLAIN)])
    structlog.get_logger().error("no", code=b"x")

    assert capsys.readouterr().out == '{"level":"error","message":"no","code":"eA=="}\n'


@pytest.mark.parametrize(
    ("method", "level"),
    [
        ("debug", "debug"),
        ("info", "info"),
        ("msg", "info"),
        ("warn", "warning"),
        ("warning", "warning"),
        ("error", "error"),
        ("exception", "error"),
        ("critical", "critical"),
        ("fatal", "critical"),
    ],
)
def test_levels(out, method, level):
    """Each method of structlog's own logger has its level."""
    getattr(logger_to(out, **PLAIN), method)("m")

    assert checked(out.getvalue()[:-1])["level"] == level


def test_ids(out):
    """A line carries the ids of the span that is active at the call."""
    log = logger_to(out)
    with attached(span()):
        log.info("m")

    found = checked(out.getvalue()[:-1])
    assert (found["trace_id"], found["span_id"]) == (f"{TRACE_ID:032x}", f"{SPAN_ID:016x}")
    assert found["trace_flags"] == "01"


def test_same_line_as_logging(out):
    """Structlog's line is, but for the time, the one that logging's formatter writes."""
    try:
        raise ValueError("no")  # noqa: TRY301  # it is to have a traceback
    except ValueError as error:
        log = logger_to(out, **PLAIN, service="s")
        log.error("order %d", 7, exc_info=error, user="ada", amount=1.5)  # noqa: TRY400
        record = logging.makeLogRecord(
            {"name": None, "levelname": "ERROR", "msg": "order %d", "args": (7,)}
            | {"exc_info": (ValueError, error, error.__traceback__), "user": "ada", "amount": 1.5}
        )

    assert out.getvalue()[:-1] == Formatter(**PLAIN, service="s").format_bytes(record)


def test_processors_before(out):
    """What structlog's own processors have set is taken."""
    log = logger_to(
        out,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.CallsiteParameterAdder(
            {CallsiteParameter.PATHNAME, CallsiteParameter.LINENO, CallsiteParameter.FUNC_NAME}
        ),
        callsite=True,
    )
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("bad", user="ada", stack_info=True)

    found = checked(out.getvalue()[:-1])
    assert found["level"] == "error"
    assert found["timestamp"][10] == "T"
    assert found["code.file.path"] == __file__
    assert found["exception.stacktrace"].endswith("\nZeroDivisionError: division by zero")
    assert found["stack_info"].startswith("Stack (most recent call last):")
    assert set(found) == {
        *("timestamp", "level", "message", "user", "exception.stacktrace", "stack_info"),
        *("code.file.path", "code.line.number", "code.function.name"),
    }


def test_dict_tracebacks(out):
    """Real stacks of `dict_tracebacks` become type, message and stacktrace, without variables."""
    log = logger_to(out, structlog.processors.dict_tracebacks, **PLAIN)
    password = "hunter2"
    try:
        try:
            raise KeyError(len(password))  # noqa: TRY301  # likewise
        except KeyError as error:
            raise ValueError("no") from error
    except ValueError:
        log.exception("bad")

    found = checked(out.getvalue()[:-1])
    assert found["exception.type"] == "ValueError"
    assert found["exception.message"] == "no"
    assert "direct cause" in found["exception.stacktrace"]
    assert found["exception.stacktrace"].endswith("ValueError: no\n")
    assert b"hunter2" not in out.getvalue()


def test_context_variables(out):
    """The option reads what `merge_contextvars` would merge."""
    structlog.contextvars.bind_contextvars(request_id="r-1", user="eve", gone=1)
    structlog.contextvars.unbind_contextvars("gone")
    log = logger_to(out, merge_contextvars=True, **PLAIN)
    log.info("m", user="ada")
    threading.Thread(target=log.info, args=("there",)).start()
    logger_to(out, structlog.contextvars.merge_contextvars, **PLAIN).info("m", user="ada")

    first, there, second = out.getvalue().splitlines()
    assert first == second == b'{"level":"info","message":"m","user":"ada","request_id":"r-1"}'
    assert there == b'{"level":"info","message":"there"}'


def test_forged_fields(out):
    """Keywords of a call cannot pass for level, time, logger or ids."""
    payload = {"level": "critical", "timestamp": "then", "logger": "root", "trace_id": "0" * 32}
    logger_to(out, structlog.processors.add_log_level, **PLAIN).bind(**payload).info("m", **payload)

    assert checked(out.getvalue()[:-1]) == {
        "level": "info",
        "message": "m",
        "level_": "info",  # add_log_level has written over it, in its place
        "logger_": "root",
        "trace_id_": "0" * 32,
    }


def test_asynchronous_methods(out):
    """`ainfo` writes the ids, the callsite and the variables of who awaits it."""
    log = logger_to(out, merge_contextvars=True, callsite=True)

    async def request(number):
        structlog.contextvars.bind_contextvars(number=number)
        with attached(span(span_id=number)):
            await asyncio.sleep(0)
            await log.ainfo("m")
            try:
                1 / 0
            except ZeroDivisionError:
                await log.aexception("bad")

    async def main():
        await asyncio.gather(*map(request, range(1, 21)))

    asyncio.run(main())
    lines = [checked(line) for line in out.getvalue().splitlines()]

    assert len(lines) == 40
    assert {line["code.function.name"] for line in lines} == {"request"}
    for line in lines:
        assert line["span_id"] == f"{line['number']:016x}"
    assert {line.get("exception.type") for line in lines} == {None, "ZeroDivisionError"}


def test_pickle(out):
    """A renderer can be pickled, and writes the same line afterwards."""
    renderer = Renderer(output="text", merge_contextvars=True, service="s", exclude=["timestamp"])
    copied = pickle.loads(pickle.dumps(renderer))

    line = '{"level":"info","message":"e","service":"s"}'
    assert renderer(None, "info", {"event": "e"}) == line
    assert copied(None, "info", {"event": "e"}) == line


def test_bad_options():
    """An option that cannot work says what to write."""
    with pytest.raises(ConfigurationError, match="write 'bytes' or 'text'"):
        Renderer(output="json")
    with pytest.raises(ConfigurationError, match=r"the options are those of tracefmt\.Formatter"):
        Renderer(colour=True)
    with pytest.raises(ConfigurationError, match="there is no 'x'"):
        Renderer("x")


def test_unknown_structlog(monkeypatch):
    """Where structlog keeps its variables elsewhere, the option is refused."""
    monkeypatch.delattr(structlog.contextvars, "_CONTEXT_VARS")
    with pytest.raises(ConfigurationError, match="merge_contextvars before the Renderer"):
        Renderer(merge_contextvars=True)


def test_subclass(out):
    """A subclass may do its own before and after."""

    class Louder(Renderer):
        def __call__(self, logger, method_name, event_dict):
            line = super().__call__(logger, method_name, {**event_dict, "loud": True})
            return line.replace(b"paid", b"PAID")

    structlog.configure(
        processors=[Louder(**PLAIN)], logger_factory=structlog.BytesLoggerFactory(out)
    )
    structlog.get_logger().info("paid")

    assert out.getvalue() == b'{"level":"info","message":"PAID","loud":true}\n'


def test_same_keys_again(out):
    """Lines after the first are as the first, whatever has a meaning where."""
    log = logger_to(out, **PLAIN)
    for _ in range(3):
        log.info("m", level="x", user="ada")
        log.info("m", user="ada", level=1, stack_info=None, exc_info=False)
        log.info("m", user="ada")

    assert out.getvalue().splitlines() == 3 * [
        b'{"level":"info","message":"m","level_":"x","user":"ada"}',
        b'{"level":"info","message":"m","user":"ada","level_":1}',
        b'{"level":"info","message":"m","user":"ada"}',
    ]


@pytest.mark.clause("D14")
def test_thread_of_the_call(out):
    """A line says which process and thread made it, of asynchronous methods which one awaits."""
    log = logger_to(out, process=True, thread=True)

    async def awaits():
        await log.ainfo("m")

    log.info("m")
    asyncio.run(awaits())
    thread = threading.Thread(target=log.info, args=("m",), name="worker")
    thread.start()
    thread.join()

    here, awaited, worker = (checked(line) for line in out.getvalue().splitlines())
    expected = (os.getpid(), threading.get_ident(), threading.current_thread().name)
    names = ("process.pid", "thread.id", "thread.name")
    assert tuple(here[name] for name in names) == expected
    assert tuple(awaited[name] for name in names) == expected
    assert (worker["thread.id"], worker["thread.name"]) == (thread.ident, "worker")
