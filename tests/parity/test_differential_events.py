"""Both cores write the same bytes for event dicts, whatever is in them."""

import contextvars
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.hostile import HOSTILE
from tests.core.line import checked
from tests.parity.events import ITEMS, LOGGERS, METHODS, NAMES, event_dict
from tests.parity.options import OPTIONS, OTHER
from tests.parity.records import SPANS
from tests.parity.values import TEXTS, VALUES

from tracefmt import schemas
from tracefmt._cold.exception import describe

pytestmark = pytest.mark.once


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
