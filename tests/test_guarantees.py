"""The page of guarantees names tests that exist."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "guarantees.md"
NAME = re.compile(r"`(test_\w+)`")
LINK = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")


def promises():
    """Return the rows of the tables of promises."""
    tables = re.split(r"^\| promise \| tests? \|\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    rows = (table.split("\n\n")[0].splitlines()[1:] for table in tables[1:])
    return [row for table in rows for row in table]


def test_every_promise_names_a_test():
    """Each promise has at least one test."""
    assert len(promises()) > 30
    assert [row for row in promises() if not NAME.search(row)] == []


def test_every_test_exists():
    """Each test that is named is there, and in the file that its link leads to."""
    text = PAGE.read_text("utf-8")
    found = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))

    assert [name for name in NAME.findall(text) if f"def {name}(" not in found] == []
    assert [
        (name, path)
        for name, path in LINK.findall(text)
        if f"def {name}(" not in (PAGE.parent / path).resolve().read_text("utf-8")
    ] == []
