"""The type of a span's identity, and what counts as one."""

import pickle

import pytest
from tests.core.line import checked, record
from tests.spans.active import NONE, ids

from tracefmt import Formatter, SpanContext
from tracefmt.spans import normalize

MAXIMUM = SpanContext(2**128 - 1, 2**64 - 1, 255)


@pytest.mark.once
@pytest.mark.parametrize(
    ("span_context", "valid"),
    [
        (SpanContext(1, 1), True),
        (MAXIMUM, True),
        (SpanContext(0, 1), False),
        (SpanContext(1, 0), False),
        (SpanContext(2**128, 1), False),
        (SpanContext(1, 2**64), False),
        (SpanContext(-1, 1), False),
        (SpanContext(1.0, 1), False),
        (SpanContext("1", 1), False),
        (SpanContext(None, None), False),
        (SpanContext(True, 1), False),
    ],
)
def test_is_valid(span_context, valid):
    """Both ids are integers in range."""
    assert span_context.is_valid is valid


@pytest.mark.once
def test_normalize_gives_plain_integers():
    """Of integer subclasses, as OpenTelemetry's flags are one, the plain values are left."""

    class Odd(int):
        __str__ = __repr__ = __format__ = None

    found = normalize(SpanContext(Odd(1), Odd(2), Odd(3)))

    assert found == (1, 2, 3)
    assert [type(part) for part in found] == [int, int, int]


@pytest.mark.once
def test_pickle():
    """A span's identity can be sent to another process."""
    assert pickle.loads(pickle.dumps(MAXIMUM)) == MAXIMUM


def test_any_callable():
    """A source is any callable without parameters: a function, a method, a class's instance."""

    class Source:
        def __call__(self):
            return MAXIMUM

        def method(self):
            return SpanContext(1, 2)

    assert ids(Formatter(span_source=Source())) == ("f" * 32, "f" * 16, "ff")
    assert ids(Formatter(span_source=Source().method)) == (f"{1:032x}", f"{2:016x}", "01")
    assert ids(Formatter(span_source=lambda: None)) == NONE


@pytest.mark.parametrize("junk", [0, "", "text", (), (1, 2, 3), [], {}, True, b""])
def test_source_that_returns_junk(junk):
    """What is no span context gives no ids and no error."""
    formatter = Formatter(span_source=lambda: junk)

    assert ids(formatter) == NONE
    assert "format_error" not in checked(formatter.format(record()))


def test_source_that_is_falsy():
    """A source counts by being there, not by its truth."""

    class Falsy:
        def __call__(self):
            return MAXIMUM

        def __bool__(self):
            return False

    assert ids(Formatter(span_source=Falsy())) == ("f" * 32, "f" * 16, "ff")
