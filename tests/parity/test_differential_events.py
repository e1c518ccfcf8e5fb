"""Both cores write the same bytes for event dicts, whatever is in them."""

import contextvars
import re
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.cases import stack
from tests.core.hostile import HOSTILE
from tests.core.line import checked
from tests.parity.test_differential import (
    EXCEPTIONS,
    OPTIONS,
    OTHER,
    SPANS,
    STANDARD,
    TEXTS,
    VALUES,
    record,
)

from tracefmt import schemas
from tracefmt._cold.exception import describe

pytestmark = pytest.mark.once

NAMES = st.sampled_from(
    [
        *("event", "level", "timestamp", "logger", "exception", "stack", "stack_info"),
        *("positional_args", "pathname", "lineno", "func_name", "_logger", "_name", "_tracefmt"),
        *("message", "asctime", "trace_id", "a", "a_", "name", "args", "color_message", "_x"),
    ]
)
TIMES = st.one_of(
    st.floats(-7e10, 3e11),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.datetimes(timezones=st.none() | st.timezones()).map(str),
    st.sampled_from(["2026-11-22T15:05:20.071963Z", "2026-11-22", "Z", ""]),
)
STACKS = st.recursive(
    st.builds(stack, TEXTS, TEXTS | VALUES, st.tuples(TEXTS, st.integers(), TEXTS)),
    lambda inner: st.builds(
        stack,
        TEXTS,
        TEXTS,
        is_cause=st.booleans(),
        notes=st.lists(TEXTS, max_size=2),
        members=st.lists(st.lists(inner, min_size=1, max_size=2), max_size=2),
    ),
    max_leaves=4,
)
RECORDS = st.builds(
    lambda standard, exc_info: record(("m", ()), standard, {}, exc_info), STANDARD, EXCEPTIONS
)
ITEMS = st.one_of(
    st.tuples(NAMES | TEXTS | VALUES.filter(lambda key: key.__hash__ is not None), VALUES),
    st.tuples(st.just("event"), TEXTS | VALUES),
    st.tuples(st.just("timestamp"), TIMES),
    st.tuples(st.sampled_from(["level", "logger", "stack", "exception"]), TEXTS),
    st.tuples(st.just("level"), st.sampled_from(["info", "warn", "Notice", "fatal", "msg"])),
    st.tuples(st.just("exception"), st.lists(STACKS | VALUES, max_size=3)),
    st.tuples(st.just("exc_info"), EXCEPTIONS),
    st.tuples(st.just("positional_args"), st.tuples(VALUES) | st.tuples(TEXTS, VALUES)),
    st.tuples(st.just("_record"), RECORDS),
    st.tuples(st.just("_from_structlog"), st.booleans()),
)
METHODS = st.sampled_from(["info", "error", "exception", "warn", "err", "notice"]) | VALUES
LOGGERS = st.one_of(st.none(), st.builds(types.SimpleNamespace, name=TEXTS | VALUES), VALUES)


def event_dict(items):
    """Return an event dict of these items; those that cannot be keys are left out."""
    made = {}
    for key, value in items:
        try:
            made[key] = value
        except Exception:
            continue
    return made


def lines(cores, call, source=lambda: None, schema="flat", variables=None, text=False, **options):
    """Return both cores' checked lines of one call, all at one time."""
    plan = schemas.compile_plan(schemas.get(schema), **options)
    found = []
    for core in cores:
        encoder = core.Encoder(plan, source, describe)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("time.time", lambda: 1700000000.25)
            found.append(encoder.renderer(text, variables)(*call))
    for line in found:
        checked(line)
    return found


@settings(max_examples=100)
@given(st.lists(ITEMS, max_size=8), METHODS, LOGGERS, st.booleans())
def test_event_dicts(cores, items, method_name, logger, text):
    """Any keys with any values in any order, by any method of any logger."""
    rust, python = lines(cores, (logger, method_name, event_dict(items)), text=text)

    assert rust == python


@settings(max_examples=60)
@given(st.lists(ITEMS, max_size=8), OPTIONS, SPANS)
def test_options(cores, items, options, span):
    """Event dicts under any options of the formatter."""
    call = (None, "info", event_dict([*items, ("event", "e")]))
    rust, python = lines(cores, call, source=lambda: span, **options)

    assert rust == python


@settings(max_examples=60)
@given(st.lists(ITEMS, max_size=8))
def test_other_schemas(cores, items):
    """Event dicts by a schema with another order and other forms."""
    rust, python = lines(cores, (None, "info", event_dict(items)), schema=OTHER, static={"x": 1})

    assert rust == python


@settings(max_examples=60)
@given(st.lists(ITEMS, max_size=4), st.dictionaries(NAMES | TEXTS, VALUES | st.just(...)))
def test_variables(cores, items, bound):
    """Event dicts with bound context variables."""
    variables = {}
    for name, value in bound.items():
        variables[f"structlog_{name}"] = contextvars.ContextVar("v", default=...)
        variables[f"structlog_{name}"].set(value)
    rust, python = lines(cores, (None, "info", event_dict(items)), variables=variables)

    assert rust == python


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(cores, name):
    """Each hostile value, also as the event dict itself."""
    make, _ = HOSTILE[name]
    for event in [lambda: {"v": make(), "event": "e", "exception": make()}, make]:
        if event is make and name == "growing list":  # whose text has no end
            continue
        found = [lines((core,), (None, "info", event()))[0] for core in cores]
        rust, python = (re.sub(b"0x[0-9a-f]+", b"", line) for line in found)

        assert rust == python
