"""The span that OpenTelemetry calls current."""

import asyncio
import gc
import threading
import weakref
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from opentelemetry import context, trace
from opentelemetry.context.context import Context
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext
from opentelemetry.sdk.trace import TracerProvider, sampling
from tests.core.line import checked, record
from tests.spans.active import IDS, NONE, SPAN_ID, TRACE_ID, attached, ids, span

from tracefmt import Formatter
from tracefmt.spans.opentelemetry import OpenTelemetrySource


def test_no_span():
    """Without a span there are no ids."""
    assert ids() == NONE


def test_active_span():
    """The ids are those of the current span, without any SDK."""
    with trace.use_span(span()):
        assert ids() == (*IDS, "01")


def test_nested_spans():
    """The innermost span counts, and the outer one again after it."""
    formatter = Formatter()
    seen = []
    with trace.use_span(span(1, 1)):
        seen.append(ids(formatter)[1])
        with trace.use_span(span(1, 2)):
            seen.append(ids(formatter)[1])
        seen.append(ids(formatter)[1])

    assert seen == [f"{1:016x}", f"{2:016x}", f"{1:016x}"]
    assert ids(formatter) == NONE


@pytest.mark.parametrize(
    ("flags", "text"), [(0, "00"), (1, "01"), (2, "02"), (3, "03"), (255, "ff"), (0x1FF, "ff")]
)
def test_flags(flags, text):
    """Flags are two digits, whatever is in them; unsampled spans keep their ids."""
    with trace.use_span(span(flags=flags)):
        assert ids() == (*IDS, text)


def test_remote_parent():
    """A parent from another service counts where there is no span of our own."""
    with trace.use_span(span(remote=True)):
        assert ids() == (*IDS, "01")


@pytest.mark.parametrize(
    ("trace_id", "span_id"),
    [(0, SPAN_ID), (TRACE_ID, 0), (0, 0), (1 << 128, 1), (1, 1 << 64), (-1, 1), (1.5, 1), (1, 1.5)],
)
def test_invalid_ids(trace_id, span_id):
    """Ids that are none are not written, nor is one without the other."""
    with attached(span(trace_id, span_id)):
        assert ids() == NONE


@pytest.mark.parametrize("junk", [None, 5, "span", {"trace_id": 1}, object(), trace.INVALID_SPAN])
def test_junk_under_the_span_key(junk):
    """Something else where the current span should be is no span."""
    with attached(junk):
        assert ids() == NONE


class Fake(trace.Span):
    """A span of a third party."""

    def __init__(self, get):
        self._get = get

    def get_span_context(self):
        return self._get()

    def _nothing(self, *args, **kwargs):
        """Do nothing."""

    end = set_attributes = set_attribute = add_event = update_name = is_recording = _nothing
    set_status = record_exception = add_link = _nothing


def test_span_without_a_context():
    """A span may have none."""
    with attached(Fake(lambda: None)):
        assert ids() == NONE


def test_span_that_raises():
    """A span that raises has no ids, and the line says so."""
    with attached(Fake(lambda: 1 / 0)):
        found = checked(Formatter().format(record()))

    assert "trace_id" not in found
    assert found["format_error"] == ("span context source: ZeroDivisionError: division by zero")


def test_span_with_a_context_of_its_own():
    """A third party's span context may change from line to line, so it is not remembered."""
    contexts = iter([SimpleNamespace(trace_id=n, span_id=n, trace_flags=n) for n in (1, 2)])
    formatter = Formatter()
    with attached(Fake(lambda: next(contexts))):
        assert ids(formatter) == (f"{1:032x}", f"{1:016x}", "01")
        assert ids(formatter) == (f"{2:032x}", f"{2:016x}", "02")


def test_context_with_other_values():
    """Baggage and values of others do not matter."""
    with trace.use_span(span()), attached("x", key="mine"):
        assert ids() == (*IDS, "01")


@pytest.fixture
def tracer():
    """A tracer of the real SDK, without setting it as the process's."""
    return TracerProvider().get_tracer("test")


def test_sdk_span(tracer):
    """A span of the SDK has the ids that it says, sampled and with a random trace id."""
    with tracer.start_as_current_span("a") as active:
        own = active.get_span_context()

        assert ids() == (
            f"{own.trace_id:032x}",
            f"{own.span_id:016x}",
            f"{own.trace_flags:02x}",
        )
        assert int(ids()[2], 16) & 1


def test_sdk_span_that_has_ended(tracer):
    """A span that has ended is current until its block is left."""
    with tracer.start_as_current_span("a", end_on_exit=False) as active:
        active.end()

        assert ids()[1] == f"{active.get_span_context().span_id:016x}"


@pytest.mark.parametrize("sampler", [sampling.ALWAYS_OFF, sampling.ALWAYS_ON], ids=["off", "on"])
def test_sampler(sampler):
    """A span that the sampler drops keeps its ids; the flags say which it is."""
    tracer = TracerProvider(sampler=sampler).get_tracer("test")
    with tracer.start_as_current_span("a") as active:
        trace_id, _, flags = ids()

        assert trace_id == f"{active.get_span_context().trace_id:032x}"
        assert int(flags, 16) & 1 == (sampler is sampling.ALWAYS_ON)


def test_disabled_sdk(monkeypatch):
    """With the SDK disabled there is no span, unless one came from outside."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("a"):
        assert ids() == NONE
    with trace.use_span(span(remote=True)), tracer.start_as_current_span("a"):
        assert ids() == (*IDS, "01")


def test_sdk_set_up_later(run_script):
    """A formatter that was made before the SDK sees its spans, also those of older tracers."""
    script = """
    import json, logging, tracefmt
    from opentelemetry import trace

    formatter = tracefmt.Formatter()
    record = logging.makeLogRecord({})
    tracer = trace.get_tracer("early")
    with tracer.start_as_current_span("a"):
        assert "trace_id" not in json.loads(formatter.format(record))
    from opentelemetry.sdk.trace import TracerProvider
    trace.set_tracer_provider(TracerProvider())
    with tracer.start_as_current_span("a") as span:
        found = json.loads(formatter.format(record))
        print(found["trace_id"] == f"{span.get_span_context().trace_id:032x}")
    assert "trace_id" not in json.loads(formatter.format(record))
    """

    assert run_script(script) == b"True\n"


def test_import_needs_no_opentelemetry(run_script):
    """The package and a formatter with a source of its own work where the API is missing."""
    script = """
    import sys
    sys.modules["opentelemetry"] = None
    import logging, tracefmt
    formatter = tracefmt.Formatter(span_source=lambda: None, exclude=["timestamp"])
    print(formatter.format(logging.makeLogRecord({"msg": "m"})))
    try:
        tracefmt.Formatter()
    except tracefmt.ConfigurationError as error:
        print(error)
    """
    line, error = run_script(script).splitlines()

    assert line == b'{"level":"level none","message":"m"}'
    assert error.startswith(b"the default span source needs opentelemetry-api (")
    assert b"span_source=lambda: None" in error


class ThreadLocalRuntime:
    """A runtime that keeps the current Context without context variables, and copies it."""

    def __init__(self):
        self._local = threading.local()

    def attach(self, new):
        before = self.get_current()
        self._local.current = new
        return before

    def get_current(self):
        return Context(getattr(self._local, "current", Context()))

    def detach(self, token):
        self._local.current = token


@contextmanager
def runtime(monkeypatch, new):
    """Put another runtime in force."""
    with monkeypatch.context() as patch:
        patch.setattr(context, "_RUNTIME_CONTEXT", new)
        yield


def test_another_runtime(monkeypatch):
    """Under a runtime that is not the stock one, the public API says which span is current."""
    with runtime(monkeypatch, ThreadLocalRuntime()):
        formatter = Formatter()
        with trace.use_span(span()):
            assert ids(formatter) == (*IDS, "01")
        assert ids(formatter) == NONE


def test_runtime_replaced_later(monkeypatch):
    """A runtime may be replaced after the formatter was made, and put back."""
    formatter = Formatter()
    with trace.use_span(span(1, 1)):
        with runtime(monkeypatch, ThreadLocalRuntime()):
            assert ids(formatter) == NONE
            with trace.use_span(span(2, 2)):
                assert ids(formatter)[1] == f"{2:016x}"
        assert ids(formatter)[1] == f"{1:016x}"


def test_runtime_replaced_by_another_of_its_kind(monkeypatch):
    """The same for a new runtime of the stock class, which has a variable of its own."""
    formatter = Formatter()
    other = runtime(monkeypatch, ContextVarsRuntimeContext())
    with trace.use_span(span(1, 1)), other, trace.use_span(span(2, 2)):
        assert ids(formatter)[1] == f"{2:016x}"


def test_runtime_that_is_gone(monkeypatch):
    """No runtime at all, as old versions of the API had it until the first use."""
    formatter = Formatter()
    monkeypatch.setattr(context, "_RUNTIME_CONTEXT", None)
    found = checked(formatter.format(record()))

    assert found["format_error"].startswith("span context source: AttributeError: ")


def test_many_contexts_in_turn():
    """More tasks than are remembered, each with its own span, never see another's."""
    formatter = Formatter()

    async def task(number):
        with trace.use_span(span(number, number)):
            for _ in range(20):
                await asyncio.sleep(0)

                assert ids(formatter)[:2] == (f"{number:032x}", f"{number:016x}")

    async def main():
        await asyncio.gather(*(task(number) for number in range(1, 20)))

    asyncio.run(main())


def test_threads_have_their_own_span():
    """Threads that share a formatter never see each other's span."""
    formatter = Formatter()
    wrong = []

    def log(number):
        for turn in range(1, 300):
            with trace.use_span(span(number, turn)):
                found = ids(formatter)[:2]
                if found != (f"{number:032x}", f"{turn:016x}"):
                    wrong.append(found)

    threads = [threading.Thread(target=log, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_addresses_that_are_used_again():
    """A Context that is gone is not mistaken for a new one at its address."""
    formatter = Formatter()
    for number in range(1, 2000):
        with trace.use_span(span(number, number)):
            assert ids(formatter)[1] == f"{number:016x}"


def test_old_contexts_are_let_go():
    """Only the last few Contexts are held."""

    class Big:
        pass

    formatter = Formatter()
    big = Big()
    with attached(big, key="big"):
        ids(formatter)
    dead = weakref.ref(big)
    del big
    for number in range(1, 10):
        with trace.use_span(span(number, number)):
            ids(formatter)
    gc.collect()

    assert dead() is None


def test_formatters_are_collected():
    """A formatter that is part of a cycle, as is its source, goes away."""

    class Source(OpenTelemetrySource):
        pass

    source = Source()
    formatter = Formatter(span_source=source)
    source.formatter = formatter
    ids(formatter)
    dead = weakref.ref(source)
    del source, formatter
    gc.collect()

    assert dead() is None


def test_source_by_itself():
    """The source is a callable like any other."""
    source = OpenTelemetrySource()

    assert source() is None
    with trace.use_span(span(flags=3)):
        assert source() == (TRACE_ID, SPAN_ID, 3)
