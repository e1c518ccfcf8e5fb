"""`tracefmt.Formatter` as logging, its configuration and its users meet it."""

import copy
import io
import logging
import logging.config
import logging.handlers
import pickle

import pytest
from tests.core.line import checked, record

from tracefmt import (
    ConfigurationError,
    Field,
    Formatter,
    Schema,
    SpanContext,
    StreamHandler,
    _core,
)
from tracefmt.schemas import Form, Input

LINE = '{"level":"info","logger":"app","message":"hello"}'
SPAN = SpanContext(1, 2, 3)


def no_span():
    """Say that there is no span; a function that can be pickled."""


def one_span():
    """Say that there is one."""
    return SPAN


@pytest.fixture
def formatter():
    """A formatter without a span and without the time."""
    return Formatter(exclude=["timestamp"], span_source=no_span)


def test_format(formatter):
    """`format` gives text, `format_bytes` the same as UTF-8, neither with a line end."""
    subject = record("é\udc80")

    assert formatter.format(subject) == r'{"level":"info","logger":"app","message":"é\\udc80"}'
    assert formatter.format_bytes(subject) == formatter.format(subject).encode()


def test_is_a_logging_formatter(formatter):
    """It can be used, and asked, wherever a `logging.Formatter` can."""
    assert isinstance(formatter, logging.Formatter)
    assert formatter.usesTime() is False
    assert formatter.formatStack("Stack") == "Stack"
    try:
        1 // 0
    except ZeroDivisionError as error:
        exc_info = (type(error), error, error.__traceback__)
    assert formatter.formatException(exc_info).startswith("Traceback (most recent call last):\n")
    assert formatter.formatException((None, None, None)) == ""


@pytest.mark.parametrize(
    "make",
    [
        logging.FileHandler,
        lambda path: logging.handlers.RotatingFileHandler(path, maxBytes=1000, backupCount=1),
        logging.handlers.TimedRotatingFileHandler,
        logging.handlers.WatchedFileHandler,
        lambda path: logging.StreamHandler(path.open("w", encoding="utf-8")),
        lambda path: logging.handlers.MemoryHandler(10, target=logging.FileHandler(path)),
    ],
    ids=["file", "rotating", "timed", "watched", "stream", "memory"],
)
def test_under_handlers_of_the_standard_library(formatter, tmp_path, make):
    """Any handler takes its lines."""
    handler = make(tmp_path / "log")
    getattr(handler, "target", handler).setFormatter(formatter)
    handler.handle(record())
    handler.flush()
    stream = getattr(getattr(handler, "target", handler), "stream", None)
    getattr(handler, "target", handler).close()
    handler.close()
    stream.close()

    assert (tmp_path / "log").read_text("utf-8") == LINE + "\n"


def test_subclass_that_overrides_format(formatter):
    """A subclass may change the line, and handlers of ours take what it makes."""

    class Loud(Formatter):
        def format(self, subject):
            return super().format(subject).upper()

    out = io.StringIO()
    handler = StreamHandler(out, formatter=Loud(exclude=["timestamp"], span_source=no_span))
    handler.handle(record())

    assert out.getvalue() == '{"LEVEL":"INFO","LOGGER":"APP","MESSAGE":"HELLO"}\n'


def test_subclass_that_overrides_format_bytes():
    """So may one that makes bytes."""

    class Numbered(Formatter):
        def format_bytes(self, subject):
            return b"1 " + super().format_bytes(subject)

    numbered = Numbered(exclude=["timestamp"], span_source=no_span)
    out = io.StringIO()
    StreamHandler(out, formatter=numbered).handle(record())

    assert out.getvalue() == f"1 {LINE}\n"
    assert numbered.format(record()) == f"1 {LINE}"


def test_subclass_with_options_of_its_own():
    """A subclass may have its own signature, and is copied and pickled with it."""
    formatter = OfTeam("blue")
    subject = record()
    expected = '{"level":"info","logger":"app","message":"hello","team":"blue"}'

    assert formatter.format(subject) == expected
    assert pickle.loads(pickle.dumps(formatter)).format(subject) == expected
    assert copy.deepcopy(formatter).format(subject) == expected


class OfTeam(Formatter):
    """Writes a team into each line."""

    def __init__(self, team):
        super().__init__(static={"team": team}, exclude=["timestamp"], span_source=no_span)
        self.team = team


@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda f, p=p: pickle.loads(pickle.dumps(f, p))
            for p in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
    ids=["copy", "deepcopy", *(f"pickle-{p}" for p in range(pickle.HIGHEST_PROTOCOL + 1))],
)
def test_copies(again):
    """A copy has all options, and writes the same lines."""
    schema = Schema(
        "mine",
        [
            Field("lvl", Input.LEVEL, Form.LOWER),
            Field("", Input.STATIC, Form.MEMBERS),
            Field("service", Input.SERVICE),
            Field("trace", Input.TRACE_ID, Form.HEX),
            Field("line", Input.LINE_NUMBER),
            Field("", Input.ATTRIBUTES, Form.MEMBERS),
        ],
    )
    formatter = Formatter(
        schema,
        service="checkout",
        static={"env": "prod"},
        rename={"lvl": "severity"},
        exclude=["secret"],
        callsite=True,
        span_source=one_span,
    )
    subject = record(user="ada", secret=1)
    expected = (
        '{"severity":"info","env":"prod","service":"checkout",'
        f'"trace":"{1:032x}","line":7,"user":"ada"}}'
    )

    assert formatter.format(subject) == expected
    assert again(formatter).format(subject) == expected


def test_unpickled_for_the_core_of_the_process(formatter, core, monkeypatch):
    """What is pickled under one core works under another."""
    pickled = pickle.dumps(formatter)
    monkeypatch.setattr(_core, "core", _core.load("python"))

    assert pickle.loads(pickled).format(record()) == LINE


def test_service_of_the_environment(monkeypatch):
    """The option goes before `OTEL_SERVICE_NAME`, and that before the resource's attributes."""

    def service(**options):
        return checked(Formatter(span_source=no_span, **options).format(record())).get("service")

    assert service() is None
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "a=b, service.name = from%20resource ,junk,=x")
    assert service() == "from resource"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "")
    assert service() == "from resource"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "from-name")
    assert service() == "from-name"
    assert service(service="from-option") == "from-option"


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schema": "flatt"}, "schema: there is no 'flatt'; write one of aws, datadog, ecs, flat"),
        ({"schema": 5}, "schema: there is no 5; write one of aws, datadog, ecs, flat"),
        ({"style": "x"}, "style='x': write one of %, {, $, ,, or leave style out"),
        ({"defaults": {"a": 1}}, "defaults: write static= for fields with the same value"),
        ({"exclude": "timestamp"}, "exclude: write a list of names, ['timestamp']"),
        ({"exclude": [1]}, "exclude: a name is text and not empty, not 1"),
        ({"exclude": ["\udc80"]}, "exclude: a name is text without lone surrogates, not"),
        (
            {"rename": {"levle": "x"}},
            "rename: 'levle' is no field of schema 'flat'; its fields are",
        ),
        ({"rename": {"level": "message"}}, "schema 'flat': two fields have the key 'message'"),
        ({"rename": {"level": ""}}, "schema 'flat': a key is text and not empty, not ''"),
        ({"rename": {"level": 5}}, "schema 'flat': a key is text and not empty, not 5"),
        ({"static": {"level": 1}}, "static: 'level' is a field of schema 'flat'"),
        ({"static": {1: 1}}, "static: a key is text and not empty, not 1"),
    ],
)
def test_options_that_cannot_work(options, message):
    """What cannot work is refused when the formatter is made, with what to write instead."""
    with pytest.raises(ConfigurationError) as caught:
        Formatter(**options)

    assert str(caught.value).startswith(message)


@pytest.mark.once
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["level"], "schema 's': 'level' is no tracefmt.Field"),
        ([Field("t", Input.TIMESTAMP)], "schema 's': field 't' cannot write Input.TIMESTAMP as"),
        (
            [Field("a", Input.LEVEL), Field("a", Input.LOGGER)],
            "schema 's': two fields have the key",
        ),
    ],
)
def test_schemas_that_cannot_work(fields, message):
    """The same for schemas."""
    with pytest.raises(ConfigurationError) as caught:
        Schema("s", fields)

    assert str(caught.value).startswith(message)


@pytest.mark.once
@pytest.mark.parametrize(
    "make",
    [
        lambda: Formatter(static={"\udc80": 1}),
        lambda: Formatter(rename={"level": "\udc80"}),
        lambda: Schema("s", [Field("\udc80", Input.LEVEL)]),
    ],
    ids=["static", "rename", "field"],
)
def test_keys_with_surrogates(make):
    """A key with a lone surrogate is refused: its visible text could be another key's."""
    with pytest.raises(ConfigurationError, match="surrogate"):
        make()


def test_a_stdlib_formatter_before_it(formatter):
    """A record that another formatter has seen already gives the same line."""
    plain = logging.Formatter("%(asctime)s %(message)s")
    try:
        1 // 0
    except ZeroDivisionError as error:
        subject = record("%s", ("x",), exc_info=(type(error), error, error.__traceback__))
    before = formatter.format(subject)
    plain.format(subject)

    assert formatter.format(subject) == before


def test_a_stdlib_formatter_after_it(formatter):
    """Nor does a formatter that comes later notice that this one was there."""
    plain = logging.Formatter("%(levelname)s %(message)s")
    seen, fresh = record("%s", ("x",)), record("%s", ("x",))
    formatter.format(seen)

    assert vars(seen).keys() == vars(fresh).keys()
    assert plain.format(seen) == plain.format(fresh) == "INFO x"


def test_import_touches_nothing(run_script):
    """Importing the package patches nothing, configures nothing, and takes no OpenTelemetry in."""
    script = """
    import logging, sys
    before = {name: (id(value), dict(vars(value)) if isinstance(value, type) else None)
              for name, value in vars(logging).items()}
    modules = set(sys.modules)
    import tracefmt
    after = {name: (id(value), dict(vars(value)) if isinstance(value, type) else None)
             for name, value in vars(logging).items()}
    assert {k: v for k, v in after.items() if k in before} == before
    assert set(after) - set(before) <= {"handlers"}, set(after) - set(before)
    assert logging.getLogger().handlers == [] and logging.root.level == logging.WARNING
    others = {name.partition(".")[0] for name in set(sys.modules) - modules} - {"tracefmt"}
    print(sorted(others - sys.stdlib_module_names - {"_sysconfigdata__linux_x86_64-linux-gnu"}))
    """

    assert run_script(script) == b"[]\n"
