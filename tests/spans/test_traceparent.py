"""The span that a W3C traceparent header names."""

import pytest
from tests.core.line import checked, record
from tests.spans.active import IDS, NONE, SPAN_ID, TRACE_ID, ids

from tracefmt import Formatter, SpanContext
from tracefmt.spans.traceparent import TraceparentSource, parse

TRACE, SPAN = IDS
VALID = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.once
@pytest.mark.parametrize(
    ("header", "flags"),
    [
        (VALID, 1),
        (f"00-{TRACE}-{SPAN}-00", 0),
        (f"00-{TRACE}-{SPAN}-03", 3),
        (f"00-{TRACE}-{SPAN}-08", 8),
        (f"00-{TRACE}-{SPAN}-ff", 255),
        (f"cc-{TRACE}-{SPAN}-01", 1),
        (f"cc-{TRACE}-{SPAN}-01-more", 1),
        (f"01-{TRACE}-{SPAN}-01-", 1),
        (f"fe-{TRACE}-{SPAN}-01-what the-future.will be like", 1),
        (f"  {VALID}\t ", 1),
    ],
)
def test_valid(header, flags):
    """What the standard lets pass, also where it is easily got wrong."""
    assert parse(header) == SpanContext(TRACE_ID, SPAN_ID, flags)


@pytest.mark.once
@pytest.mark.parametrize(
    "header",
    [
        # upper case
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        f"00-{TRACE}-{SPAN}-0A",
        f"CC-{TRACE}-{SPAN}-01",
        # zeros
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        # lengths
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE}-{SPAN[:-1]}-01",
        f"00-{TRACE}-{SPAN}0-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-001",
        f"0-{TRACE}-{SPAN}-01",
        f"000-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-",
        # characters
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f"00-{TRACE}-{SPAN[:-1]}.-01",
        f"00-{TRACE}-{SPAN}-0x",
        f"0x-{TRACE}-{SPAN}-01",
        f"00-{TRACE[:-1]} -{SPAN}-01",
        f"00 -{TRACE}-{SPAN}-01",
        f"00_{TRACE}_{SPAN}_01",
        f"00-{TRACE[:-1]}\u0661-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-\uff10\uff11",
        f"00-{TRACE}-{SPAN}-01\0",
        f"00-+{TRACE[1:]}-{SPAN}-01",
        # versions
        f"ff-{TRACE}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01-more",
        f"{VALID}-",
        f"{VALID}-more",
        f"{VALID}.",
        f"01-{TRACE}-{SPAN}",
        f"01-{TRACE}-{SPAN}-01.x",
        f"cc-{TRACE}-{SPAN}-01more",
        # several, none, too much
        f"{VALID},{VALID}",
        "",
        " ",
        "-",
        "---",
        f"{VALID}\n",
        f"\n{VALID}",
        f"{VALID}\r\n",
        f"\u00a0{VALID}",
        f"cc-{TRACE}-{SPAN}-01-{'x' * 512}",
    ],
)
def test_invalid(header):
    """What the standard refuses, row by row, and what would break a reader."""
    assert parse(header) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [(VALID, (*IDS, "01")), (f"00-{TRACE}-{SPAN}-ff", (*IDS, "ff")), ("junk", NONE), (None, NONE)],
)
def test_source(header, expected):
    """The source asks for the header at each record."""
    assert ids(Formatter(span_source=TraceparentSource(lambda: header))) == expected


def test_header_that_cannot_be_had():
    """A callable that raises leaves the line without ids, and named."""
    formatter = Formatter(span_source=TraceparentSource(lambda: {}["traceparent"]))

    assert ids(formatter) == NONE
    assert checked(formatter.format(record()))["format_error"] == (
        "span context source: KeyError: 'traceparent'"
    )


def test_header_that_is_no_text():
    """Nor does one that is bytes."""
    formatter = Formatter(span_source=TraceparentSource(lambda: VALID.encode()))

    assert ids(formatter) == NONE
