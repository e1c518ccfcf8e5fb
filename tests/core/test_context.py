"""Chapter W: the fields of the context."""

import asyncio
import contextvars
import logging
import logging.handlers
import queue
import threading

import pytest
import structlog
from opentelemetry import baggage
from opentelemetry import context as otel_context
from tests.core import cases
from tests.core.line import VALUE, checked, line_of, record

import tracefmt
from tracefmt import ConfigurationError, Formatter, bind


@pytest.mark.parametrize("case", cases.load("context"))
def test_case(case):
    """A case of chapter W."""
    given = cases.evaluate(case["input"])
    if not isinstance(given, cases.Within):
        assert line_of(given, **cases.options(case)) == case["output"]
        return
    with given.binding:
        assert line_of(given.record, **cases.options(case)) == case["output"]


def text(**options):
    """Return what a line says of a record with the attribute ``own``."""
    return line_of(record(own=0), schema=VALUE, **options)


def test_bindings_are_nested_and_undone():
    """An inner binding adds and replaces; after each, what was before it holds again."""
    with bind(a=1, b=1):
        with bind(b=2, c=2):
            assert text() == '{"a":1,"b":2,"c":2,"own":0}'
        assert text() == '{"a":1,"b":1,"own":0}'
    assert text() == '{"own":0}'


def test_a_call_and_its_undoing():
    """Without `with` the fields stay until `undo`, which may be called again."""
    binding = bind(a=1)
    assert text() == '{"a":1,"own":0}'
    binding.undo()
    binding.undo()
    assert text() == '{"own":0}'


@pytest.mark.clause("W1")
def test_values_are_those_of_the_call_to_bind():
    """What happens to a value afterwards is not in the line; functions are called once."""
    value, calls = [1], []
    with bind(value=value, lazy=lambda: calls.append(1) or len(calls)):
        value.append(2)
        for _ in range(2):
            assert text() == '{"value":[1],"lazy":1,"own":0}'


def test_tasks_have_what_was_bound_where_they_were_started():
    """A task has the fields of its parent; what it binds itself is its own."""

    async def child(name):
        with bind(child=name):
            await asyncio.sleep(0)
            return text()

    async def main():
        with bind(request=1):
            found = await asyncio.gather(child("a"), child("b"))
            return [*found, text()]

    assert asyncio.run(main()) == [
        '{"request":1,"child":"a","own":0}',
        '{"request":1,"child":"b","own":0}',
        '{"request":1,"own":0}',
    ]


def test_undoing_in_another_context():
    """A binding that is undone in a copy of its context is undone there, and raises nothing."""
    binding = bind(a=1)
    copy = contextvars.copy_context()

    def undo():
        binding.undo()
        return text()

    assert copy.run(undo) == '{"own":0}'
    assert contextvars.Context().run(text) == '{"own":0}'
    with bind(b=2):
        assert text() == '{"a":1,"b":2,"own":0}'
    contextvars.copy_context().run(binding.undo)


@pytest.fixture(autouse=True)
def _apart():
    """Nothing that a test binds is there in the next."""
    token = tracefmt._context._bound.set(None)
    yield
    tracefmt._context._bound.reset(token)


def test_fields_of_one_binding_are_not_anothers():
    """Interleaved contexts have their own fields, also where the encoded ones are kept."""
    formatter = Formatter(schema=VALUE, span_source=lambda: None)
    contexts = []
    for number in range(3):
        contexts.append(contextvars.Context())
        contexts[-1].run(bind, n=number)
    for _ in range(3):
        for number, context in enumerate(contexts):
            assert context.run(formatter.format, record()) == f'{{"n":{number}}}'


@pytest.fixture
def tenant():
    """Baggage as a request may bring it."""
    context = baggage.set_baggage("tenant", 'a"\n\u2028')
    token = otel_context.attach(baggage.set_baggage("secret", "s", context))
    yield
    otel_context.detach(token)


@pytest.mark.clause("W4")
def test_baggage(tenant):
    """The listed entries that are set become fields, as text; no other does."""
    assert text(baggage=["none", "tenant"]) == '{"tenant":"a\\"\\n\\u2028","own":0}'


@pytest.mark.clause("W4")
def test_structlog_contextvars():
    """What structlog has bound comes before what tracefmt has."""
    with structlog.contextvars.bound_contextvars(a=1, b=1), bind(b=2):
        assert text(structlog_contextvars=True) == '{"a":1,"b":2,"own":0}'
        assert text() == '{"b":2,"own":0}'


@pytest.mark.clause("W5")
def test_baggage_that_cannot_be_read(monkeypatch):
    """A runtime that raises costs the field, and says so."""
    from opentelemetry import context

    formatter = Formatter(exclude=["timestamp"], span_source=lambda: None, baggage=["tenant"])
    monkeypatch.setattr(context, "_RUNTIME_CONTEXT", None)

    assert checked(formatter.format_bytes(record(own=0)))["format_error"].startswith("baggage: ")


@pytest.mark.clause("W6")
def test_a_mixin_that_logs(capfd):
    """Its line has no fields of a mixin; the one that asked for it has."""

    def mixin():
        logging.getLogger("app.mixin").info("asked")
        return {"m": 1}

    tracefmt.configure("INFO", exclude=["timestamp"], mixin=mixin)
    logging.getLogger("app.mixin").info("up")
    tracefmt.configure(None)

    assert capfd.readouterr().err.splitlines() == [
        '{"level":"info","logger":"app.mixin","message":"asked"}',
        '{"level":"info","logger":"app.mixin","message":"up","m":1}',
    ]


@pytest.mark.clause("W7")
def test_behind_a_queue(tenant):
    """The fields are those of the thread that logged, as they were at the call."""
    records = queue.SimpleQueue()
    stamps = iter([1, 2])
    handler = tracefmt.QueueHandler(records, baggage=["tenant"], mixin=lambda: {"n": next(stamps)})
    lines = []
    formatter = Formatter(schema=VALUE, span_source=lambda: None, mixin=lambda: {"listener": 1})
    with bind(request=7):
        handler.handle(record(own=0))
    thread = threading.Thread(target=lambda: lines.append(formatter.format(records.get())))
    with bind(request=8):
        thread.start()
        thread.join()

    assert lines == ['{"tenant":"a\\"\\n\\u2028","request":7,"n":1,"own":0}']


@pytest.mark.clause("W7")
def test_a_context_filter():
    """So are those behind a memory handler."""
    memory = logging.handlers.MemoryHandler(10)
    memory.addFilter(tracefmt.ContextFilter())
    formatter = Formatter(schema=VALUE, span_source=lambda: None)
    with bind(request=7):
        memory.handle(record(own=0))

    assert formatter.format(memory.buffer[0]) == '{"request":7,"own":0}'


@pytest.mark.parametrize("options", [{}, {"redact": ["none"]}, {"mixin": dict}])
def test_a_logger_of_ours(capfd, options):
    """With fields of the call, of the logger, and both."""
    tracefmt.configure("INFO", exclude=["timestamp"], **options)
    log = tracefmt.get_logger("app.context")
    with bind(a=1, b=1):
        log.info("1", c=2)
        log.info("2", b=2)
        log.bind(d=3).info("3", c=2)
        log.bind(a=3).info("4")
    log.bind(a=3).info("5")
    tracefmt.configure(None)

    lines = capfd.readouterr().err.splitlines()
    assert [line.split('"message":')[1] for line in lines] == [
        '"1","a":1,"b":1,"c":2}',
        '"2","a":1,"b":2}',
        '"3","a":1,"b":1,"d":3,"c":2}',
        '"4","a":3,"b":1}',
        '"5","a":3}',
    ]


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"baggage": "tenant"}, r"baggage='tenant': write a list"),
        ({"baggage": [1]}, "baggage=.*1.*: write a list"),
        ({"baggage": 7}, r"baggage=7: write a list"),
        ({"mixin": {"a": 1}}, r"mixin=.*: write a callable that returns a mapping"),
    ],
)
def test_a_bad_option(options, message):
    """What cannot work is refused when a formatter or a filter is made."""
    for make in (Formatter, tracefmt.ContextFilter):
        with pytest.raises(ConfigurationError, match=message):
            make(**options)


@pytest.mark.once
def test_without_structlog(monkeypatch):
    """Where structlog is not installed, the option says so."""
    import sys

    monkeypatch.setitem(sys.modules, "structlog.contextvars", None)
    with pytest.raises(ConfigurationError, match="structlog_contextvars needs structlog"):
        Formatter(structlog_contextvars=True)
