"""Chapter D: event dicts of structlog."""

import contextvars
import logging
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.hostile import HOSTILE
from tests.core.line import checked

from tracefmt.structlog import Renderer

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.one_of(
    st.sampled_from(["event", "level", "timestamp", "logger", "exception", "stack", "exc_info"]),
    st.sampled_from(["stack_info", "positional_args", "_record", "_logger", "message", "pathname"]),
    st.text(max_size=5),
    st.integers(),
)


def rendered(event_dict, method_name="info", logger=None, **options):
    """Return the checked line of one event dict, without a span unless a source is given."""
    options.setdefault("span_source", lambda: None)
    line = Renderer(**options)(logger, method_name, event_dict)
    checked(line)
    return line if isinstance(line, str) else line.decode()


@pytest.mark.parametrize("case", cases.load("event"))
def test_case(case):
    """A case of chapter D."""
    logger, method_name, event_dict = cases.evaluate(case["input"])
    line = rendered(event_dict, method_name, logger, **cases.options(case))

    assert line == case["output"]


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.booleans())
def test_any_event_dict(event_dict, callsite):
    """Any event dict gives a valid line, and is left as it was."""
    before = list(event_dict.items())
    line = Renderer(output="text", callsite=callsite)(None, "info", event_dict)

    assert "message" in checked(line)
    assert [key for key, _ in before] == list(event_dict)
    assert all(value is event_dict[key] for key, value in before)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name):
    """Each hostile value is written as it is in a record, wherever it stands in the event dict."""
    make, expected = HOSTILE[name]
    keys = ["v", "exc_info", "stack_info", "_record"]
    if name != "growing list":  # whose text has no end
        keys.append("event")
    for key in keys:
        line = rendered({key: make(), "a": 1, "timestamp": make()}, exclude=["timestamp"])
        assert checked(line)["a"] == 1
        if key == "v":
            assert line.startswith(f'{{"level":"info","message":"","v":{expected}')


@pytest.mark.parametrize("odd", [None, 7, "x", [], object, {1: 2}.items(), logging])
def test_odd_calls(odd):
    """Whatever stands for logger, method and event dict, there is a line."""
    for arguments in [(odd, "info", {"event": "e"}), (None, odd, {"event": "e"})]:
        assert checked(Renderer()(*arguments))["message"] == "e"
    assert "message" in checked(Renderer()(odd, odd, odd))


@pytest.mark.clause("D5")
def test_time_of_the_line(monkeypatch):
    """Without a time in the event dict it is what `time.time` says, also a stopped one."""
    before = time.time()
    found = checked(Renderer()(None, "info", {"event": "e"}))["timestamp"]
    assert found[:4] == time.strftime("%Y", time.gmtime(before))

    monkeypatch.setattr(time, "time", lambda: 0.25)
    line = rendered({"event": "e"})

    assert line == '{"timestamp":"1970-01-01T00:00:00.250000Z","level":"info","message":"e"}'


@pytest.mark.clause("D7")
@pytest.mark.parametrize("given_as", [True, 1, "yes"])
def test_exception_being_handled(given_as):
    """A true `exc_info` stands for the exception that is being handled."""
    try:
        raise ValueError("no")  # noqa: TRY301  # it is to have a traceback
    except ValueError:
        found = checked(rendered({"exc_info": given_as, "event": "e"}))

    assert found["exception.type"] == "ValueError"
    assert found["exception.stacktrace"].endswith("ValueError: no\n")


@pytest.mark.clause("D8")
def test_stack_of_the_call():
    """A true `stack_info` gives the stack of the call, without what lies between."""
    found = checked(rendered({"stack_info": True, "event": "e"}))["stack_info"]

    assert found.startswith("Stack (most recent call last):\n")
    assert (
        found.splitlines()[-1] == "    line = Renderer(**options)(logger, method_name, event_dict)"
    )


@pytest.mark.clause("D11")
def test_bound_variables():
    """Variables come last, in the order of their names, unless the call has their key."""
    variables = {
        f"structlog_{name}": contextvars.ContextVar(name, default=...)
        for name in ("level", "user", "event", "gone", "a")
    }
    for number, variable in enumerate(variables.values()):
        variable.set(number)
    variables["structlog_gone"].set(...)
    renderer = Renderer(span_source=lambda: None, exclude=["timestamp"])
    write = renderer._formatter._encoder.renderer(False, variables)
    line = write(None, "info", {"a": 1, "event": "e"})

    assert line == b'{"level":"info","message":"e","a":1,"level_":0,"user":1}'


@pytest.mark.clause("D12")
def test_caller():
    """Without a processor and a record, the callsite is that of the call."""
    here = sys._getframe()
    line = here.f_lineno + 1
    found = checked(Renderer(callsite=True)(None, "info", {"event": "e"}))

    assert found["code.file.path"] == __file__
    assert found["code.line.number"] == line
    assert found["code.function.name"] == here.f_code.co_name


def test_last_resort(monkeypatch):
    """Where a line cannot be written at all, it says level, logger and event, and why."""
    logger = logging.getLogger("app")
    renderers = {output: Renderer(output=output) for output in ("bytes", "text")}
    monkeypatch.setattr(time, "time", lambda: 1 / 0)
    for output, renderer in renderers.items():
        line = renderer(logger, "error", {"event": "e"})
        assert checked(line) == {
            "level": "error",
            "logger": "app",
            "message": "e",
            "format_error": "ZeroDivisionError: division by zero",
        }
        assert isinstance(line, str if output == "text" else bytes)


def test_interrupts_pass():
    """A `KeyboardInterrupt` that a value raises goes to the application."""
    stops = cases.NAMESPACE["Raises"](KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        Renderer()(None, "info", {"event": "e", "v": stops})
    assert checked(Renderer()(None, "info", {"event": "e"}))["message"] == "e"


def test_span_by_hand_and_redaction():
    """What a record's attributes are subject to, an event dict's are too."""
    line = rendered(
        {"otel_context": cases.SPAN, "password": "x", "a": {"password": 1}, 1: 2, "event": "e"},
        exclude=["timestamp"],
        redact=["**.password"],
    )

    found = checked(line)
    assert found["span_id"] == f"{cases.SPAN.span_id:016x}"
    assert found["1"] == 2
    assert "x" not in (found.get("password"), found.get("a"))
    assert found["a"].get("password") != 1
