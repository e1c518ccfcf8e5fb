"""Both cores write the same bytes of what is redacted, cut, or comes from the context."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parity.lines import lines
from tests.parity.options import LAYOUTS, LONGEST, OTHER, SCREENS
from tests.parity.records import ATTRIBUTES, EXCEPTIONS, MESSAGES, record
from tests.parity.values import INTEGERS, KEYS, TEXTS, VALUES

from tracefmt import SpanContext, bind
from tracefmt._context import ContextFields

pytestmark = pytest.mark.once

SPAN = SpanContext(1, 2, 3)


@given(VALUES | ATTRIBUTES, MESSAGES, EXCEPTIONS, SCREENS)
def test_screens(cores, value, message, exc_info, options):
    """Any redaction and any limits."""
    attributes = {
        "a": value,
        "x": [value, value],
        "b.a": 1,
        **(value if type(value) is dict else {}),
    }
    subject = record(message, {}, attributes, exc_info)
    for schema in ("flat", OTHER):
        rust, python = lines(cores, subject, schema=schema, **options, static={"x": value})

        assert rust == python


@given(ATTRIBUTES, st.sampled_from(["**.nobody", "*.*.nobody", "nobody[*]"]))
def test_screens_that_keep_nothing(cores, attributes, path):
    """What no path names and no limit cuts has the bytes that it has without options."""
    subject = record(("m", ()), {}, attributes, None)
    without = lines(cores, subject)

    assert without == lines(cores, subject, redact=[path], max_string_length=10**6)
    otlp = {"schema": "otlp", "resource": {"service.instance.id": "i"}}
    without = lines(cores, subject, **otlp)

    assert without == lines(cores, subject, redact=[path], max_line_bytes=10**6, **otlp)


@given(ATTRIBUTES, MESSAGES, ATTRIBUTES, st.dictionaries(TEXTS, VALUES, max_size=3), SCREENS)
def test_context_fields(cores, attributes, message, given, bound, options):
    """Any fields of the context, bound or from a mixin, with any attributes."""
    subject = record(message, {}, attributes, None)
    with bind(**bound):
        for context in (ContextFields(), ContextFields(mixin=lambda: given)):
            for more in ({}, options):
                rust, python = lines(cores, subject, context=context, **more)

                assert rust == python


LONG_TEXTS = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 40, 3000]))
LONG_VALUES = st.one_of(
    VALUES,
    LONG_TEXTS,
    st.builds(lambda value, times: [value] * times, VALUES | LONG_TEXTS, st.sampled_from([3, 500])),
    st.dictionaries(LONG_TEXTS | KEYS, LONG_TEXTS | INTEGERS, max_size=3),
    st.builds(lambda value, times: shared(value, times), VALUES, st.integers(8, 62)),
)


def shared(value, times):
    """Return a list that holds another twice, and so on: small in memory, endless on paper."""
    for _ in range(times):
        value = [value, value]
    return value


@given(
    st.tuples(LONG_TEXTS | VALUES, st.just(())),
    st.dictionaries(LONG_TEXTS | KEYS, LONG_VALUES, max_size=4),
    EXCEPTIONS,
    LAYOUTS,
    st.sampled_from([{}, {"levelname": "x" * 300}, {"created": "é" * 999}, {"name": "n" * 255}]),
    LONGEST,
)
def test_long_lines(cores, message, attributes, exc_info, options, standard, longest):
    """Lines that have to be cut, by each layout."""
    subject = record(message, standard, attributes, exc_info)
    options = {**options, "max_line_bytes": longest}
    rust, python = lines(cores, subject, source=lambda: SPAN, project="p", **options)

    assert rust == python
    assert len(rust) < (16384 if longest == "container" else longest)
