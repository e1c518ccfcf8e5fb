"""Both cores write the same bytes with every option and every schema, by records and events."""

import contextlib

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry import baggage, context
from tests.core.line import checked
from tests.parity.events import ITEMS, event_dict
from tests.parity.options import formatter_options
from tests.parity.records import ATTRIBUTES, EXCEPTIONS, MESSAGES, SPANS, STANDARD, record
from tests.parity.values import TEXTS, VALUES

from tracefmt import ConfigurationError, Formatter, _core, bind
from tracefmt.structlog import Renderer

pytestmark = pytest.mark.once

FIELDS = st.dictionaries(
    st.one_of(TEXTS, st.sampled_from(["a", "x", "b.c", "b", "level", "log", "tenant"])),
    VALUES,
    max_size=3,
)


@contextlib.contextmanager
def surroundings(bound, entries, variables):
    """Run in a context with bound fields, OpenTelemetry's baggage and structlog's variables."""
    carried = context.get_current()
    for name, value in entries.items():
        carried = baggage.set_baggage(name, value, carried)
    token = context.attach(carried)
    try:
        with bind(**bound), structlog.contextvars.bound_contextvars(**variables):
            yield
    finally:
        context.detach(token)


def both(cores, make, write):
    """Return what each core writes with an object that is made for it; None where none can be."""
    found = []
    for core in cores:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_core, "core", core)
            patch.setattr("time.time", lambda: 1700000000.25)
            try:
                made = make()
            except ConfigurationError:  # some go together with no schema
                return None
            found.append(write(made))
    for line in found:
        checked(line)
    return found


@st.composite
def context_options(draw):
    """Return options that take fields from the context."""
    options = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "baggage": st.just(["tenant", "b.c"]),
                "structlog_contextvars": st.just(True),
            },
        )
    )
    if draw(st.booleans()):
        fields = draw(FIELDS)
        options["mixin"] = lambda: fields
    return options


@settings(max_examples=200)
@given(st.data())
def test_records(cores, data):
    """Whole records in any context, with any options of the formatter and any schema."""
    subject = record(*map(data.draw, (MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS)))
    options = {**data.draw(formatter_options()), **data.draw(context_options())}
    span = data.draw(SPANS)
    with surroundings(*[data.draw(FIELDS) for _ in range(3)]):
        found = both(
            cores,
            lambda: Formatter(**options, span_source=lambda: span),
            lambda formatter: formatter.format_bytes(subject),
        )

    assert found is None or found[0] == found[1]


@settings(max_examples=120)
@given(st.data())
def test_events(cores, data):
    """Event dicts in any context, with any options of the renderer and any schema."""
    items = data.draw(st.lists(ITEMS, max_size=6))
    options = {**data.draw(formatter_options()), **data.draw(context_options())}
    span = data.draw(SPANS)
    with surroundings(*[data.draw(FIELDS) for _ in range(3)]):
        found = both(
            cores,
            lambda: Renderer(output="text", **options, span_source=lambda: span),
            lambda renderer: renderer(None, "info", event_dict([*items, ("event", "e")])),
        )

    assert found is None or found[0] == found[1]
