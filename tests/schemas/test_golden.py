"""Golden files: what each schema makes of the same events, to the byte."""

import os
from pathlib import Path

import pytest
from tests.core import cases
from tests.core.line import checked, line_of
from tests.schemas.events import OPTIONS, events, long_events

from tracefmt import Formatter
from tracefmt.schemas import _registry

FOLDER = Path(__file__).parents[1] / "golden"


def lines(schema, made=events, **options):
    """Return the lines of all events, as a file has them."""
    written = []
    for record, span in made():
        formatter = Formatter(schema, **OPTIONS, **options, span_source=lambda span=span: span)
        line = formatter.format_bytes(record)
        checked(line)
        written.append(line + b"\n")
    return b"".join(written)


@pytest.mark.parametrize("schema", _registry.NAMES)
def test_golden(schema):
    """The lines are those of the file; WRITE_GOLDEN=1 writes it anew, to be looked at."""
    path = FOLDER / f"{schema}.jsonl"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_bytes(lines(schema))

    assert lines(schema) == path.read_bytes()


@pytest.mark.parametrize("schema", _registry.NAMES)
def test_golden_limited(schema):
    """So are lines that are too long, with exceptions as data."""
    path = FOLDER / "limited" / f"{schema}.jsonl"
    written = lines(schema, long_events, exception="structured", max_line_bytes=1600)
    if os.environ.get("WRITE_GOLDEN"):
        path.write_bytes(written)

    assert written == path.read_bytes()


@pytest.mark.once
def test_each_schema_has_its_file():
    """There is a golden file for every schema, and none without one."""
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(_registry.NAMES)


@pytest.mark.parametrize("case", cases.load("schema"))
def test_case(case):
    """A case of chapters B, F, I and T that is about layouts and their options."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]
