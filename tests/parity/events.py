"""Event dicts of structlog of any items."""

import types

from hypothesis import strategies as st
from tests.core.cases import stack
from tests.parity.records import EXCEPTIONS, STANDARD, record
from tests.parity.values import TEXTS, VALUES

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
