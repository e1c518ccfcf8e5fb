"""
Both cores write the same bytes, for everything that Hypothesis can think of.

``pytest tests/parity --hypothesis-profile=thorough`` looks for longer, and at new examples.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.hostile import HOSTILE
from tests.parity.lines import lines
from tests.parity.options import OPTIONS, OTHER
from tests.parity.records import ATTRIBUTES, EXCEPTIONS, MESSAGES, SPANS, STANDARD, record
from tests.parity.values import VALUES

pytestmark = pytest.mark.once


@given(VALUES)
def test_values(cores, value):
    """Any value, nested in any way."""
    rust, python = lines(cores, record(("m", ()), {}, {"v": value}, None))

    assert rust == python


@given(ATTRIBUTES)
def test_attributes(cores, attributes):
    """Any attributes, also with odd and clashing keys."""
    rust, python = lines(cores, record(("m", ()), {}, attributes, None), static={"env": "prod"})

    assert rust == python


@given(MESSAGES)
def test_messages(cores, message):
    """Any message with any arguments, fitting or not."""
    rust, python = lines(cores, record(message, {}, {}, None))

    assert rust == python


@given(STANDARD, EXCEPTIONS)
def test_standard_attributes(cores, standard, exc_info):
    """Anything in place of what logging itself puts on a record."""
    rust, python = lines(cores, record(("m", ()), standard, {}, exc_info), callsite=True)

    assert rust == python


@given(SPANS)
def test_spans(cores, span):
    """Any answer of a span source."""
    rust, python = lines(cores, record(("m", ()), {}, {}, None), source=lambda: span)

    assert rust == python


@given(st.data())
def test_records_and_options(cores, data):
    """Whole records under any options of the formatter."""
    subject = record(*map(data.draw, (MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS)))
    names = list(vars(subject))
    for index in data.draw(st.sets(st.integers(0, len(names) - 1), max_size=3)):
        del subject.__dict__[names[index]]
    span = data.draw(SPANS)
    rust, python = lines(cores, subject, source=lambda: span, **data.draw(OPTIONS))

    assert rust == python


@given(MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS)
def test_other_schemas(cores, message, standard, attributes, exc_info):
    """Whole records by a schema with another order and other forms."""
    subject = record(message, standard, attributes, exc_info)
    rust, python = lines(cores, subject, schema=OTHER, static={"x": 1})

    assert rust == python


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(cores, name):
    """Each hostile value."""
    make, _ = HOSTILE[name]
    rust, python = (lines((core,), record(("m", ()), {}, {"v": make()}, None))[0] for core in cores)

    assert rust == python
