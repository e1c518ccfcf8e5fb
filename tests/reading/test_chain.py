"""Exceptions as data are read back as the text that Python prints."""

import sys

import pytest
from tests.core.line import line_of, record
from tests.core.test_exception_chain import CHAINS, exc_info, raised

from tracefmt.reading import Reader
from tracefmt.reading.chain import text
from tracefmt.schemas import _registry

pytestmark = pytest.mark.once


@pytest.mark.parametrize("schema", _registry.NAMES)
def test_what_was_written(schema):
    """Causes first, with what links them; nothing of it is left among the attributes."""
    error = raised(ValueError("bad"), raised(KeyError("k")))
    subject = record("m" * 2000, exc_info=exc_info(error), a="x" * 9000)
    options = {"exception": {"stacktrace": False}, "max_line_bytes": 6000, "project": "p"}
    line = line_of(subject, schema=schema, **options)
    (found,) = Reader().read(line.encode())
    shown = found.exception.stacktrace

    assert (found.exception.type, found.exception.message) == ("ValueError", "bad")
    assert shown.index("KeyError: 'k'\n") < shown.index("direct cause") < shown.index("ValueError:")
    assert "    raise error from cause\n" in shown
    assert CHAINS.get(schema, "exception.chain") not in found.attributes
    assert found.truncated.startswith("a: ")
    assert "truncated" not in found.attributes


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_groups():
    """What is in a group is set in."""
    error = raised(ExceptionGroup("g", [ValueError("one"), KeyError("two")]))
    line = line_of(record(exc_info=exc_info(error)), exception="structured")
    (found,) = Reader().read(line.encode())

    assert found.exception.stacktrace.endswith(
        "ExceptionGroup: g (2 sub-exceptions)\n"
        "  +---------------- 1 ----------------\n  | ValueError: one\n"
        "  +---------------- 2 ----------------\n  | KeyError: 'two'\n"
    )


@pytest.mark.parametrize("given", [None, "text", 5, {}, ["text"], [None], []])
def test_what_is_none(given):
    """Anything else under such a key is no exception."""
    assert text(given) is None


@pytest.mark.parametrize(
    "given",
    [
        [{}],
        [{"frames": 5, "exceptions": "x", "notes": {}, "relation": []}],
        [{"frames": [5, {}, {"omitted": []}, {"locals": 5}], "exceptions": [5, [5], [{}]]}],
        [{"omitted": {}}],
    ],
)
def test_odd_chains(given):
    """Odd parts of one are shown as well as they can be."""
    assert text(given).endswith("\n")
