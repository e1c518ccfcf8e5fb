"""Every cell of the table in docs/propagation.md."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.propagation import mechanisms

pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "propagation.md").read_text("utf-8")
TABLE = PAGE.partition("## The table")[2].partition("\n## ")[0]
LINES = re.findall(r"^\| (.+) \|$", TABLE, re.MULTILINE)[1:]
CELLS = {name: cells for name, *cells in (re.split(r" ?\| ?", line) for line in LINES)}
INHERITING = sys.version_info >= (3, 14)


def expected(cell):
    """Return what a cell says of this Python: its word up to a colon, by version."""
    word, _, later = cell.partition(":")[0].partition("; from 3.")
    if later:
        minor, _, then = later.partition(" ")
        return then if sys.version_info >= (3, int(minor)) else word
    return word


def rows():
    for name, (_, since) in mechanisms.ROWS.items():
        marks = pytest.mark.skipif(sys.version_info < since, reason=f"came with {since}")
        yield pytest.param(name, id=name.replace("`", ""), marks=marks)


def test_each_row_is_observed():
    """The page has the rows that are observed here, in their order, and no others."""
    assert list(CELLS) == list(mechanisms.ROWS)


@pytest.mark.parametrize("name", list(rows()))
def test_by_itself(name):
    """What Python does alone."""
    assert mechanisms.observe(name, carry=False) == expected(CELLS[name][0])


@pytest.mark.parametrize("name", list(rows()))
def test_with_tracefmt(name):
    """What it does with tracefmt."""
    assert mechanisms.observe(name, carry=True) == expected(CELLS[name][2])


OBSERVE = """
import json, sys, threading
from tests.propagation import mechanisms
assert sys.flags.thread_inherit_context == 1
if __name__ == "__main__":
    names = json.loads(sys.argv[1])
    found = {n: [mechanisms.observe(n, carry=c) for c in (False, True)] for n in names}
    print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def inheriting():
    """What all rows do where threads inherit the context: observed in one process."""
    command = [sys.executable, "-W", "ignore", "-X", "thread_inherit_context=1", "-c", OBSERVE]
    done = subprocess.run(
        [*command, json.dumps(list(CELLS))], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(not INHERITING, reason="threads can inherit the context from 3.14 on")
@pytest.mark.parametrize("name", list(CELLS))
def test_inheriting(name, inheriting):
    """What both do where threads inherit the context."""
    alone, with_tracefmt = inheriting[name]
    own, cell, carried = CELLS[name]

    assert alone == expected(cell or own)
    assert with_tracefmt == expected(carried)
