"""The law and its cases: each clause is shown, and nothing names a clause that is not there."""

import json
import re
from pathlib import Path

import pytest
from tests.core import cases

pytestmark = pytest.mark.once

LAW = Path(__file__).parents[2] / "docs" / "encoding.md"
TESTS = Path(__file__).parents[1]
CLAUSES = re.findall(r"^- \*\*([A-Z]\d+)\*\* ", LAW.read_text("utf-8"), re.MULTILINE)


def _of_cases():
    files = [cases.FOLDER / f"{room}.json" for room in cases.rooms()]
    return {case["clause"] for file in files for case in json.loads(file.read_text("ascii"))}


def _of_tests():
    texts = [path.read_text("utf-8") for path in TESTS.rglob("test_*.py")]
    marks = re.findall(r"^@pytest\.mark\.clause\((.+)\)$", "\n".join(texts), re.MULTILINE)
    return {clause for mark in marks for clause in re.findall(r'"(\w+)"', mark)}


def test_clauses_are_numbered_in_order():
    """Each chapter counts from 1 on."""
    chapters = {}
    for clause in CLAUSES:
        chapters.setdefault(clause[0], []).append(int(clause[1:]))

    assert len(chapters) == 21
    assert chapters == {
        letter: list(range(1, len(numbers) + 1)) for letter, numbers in chapters.items()
    }


def test_each_clause_is_shown():
    """Each clause has a case or a test that names it."""
    assert set(CLAUSES) - _of_cases() - _of_tests() == set()


def test_each_case_and_test_names_a_clause():
    """A clause that a case or test names is in the law."""
    assert (_of_cases() | _of_tests()) - set(CLAUSES) == set()


def test_clauses_refer_to_clauses():
    """Where the law mentions a clause, there is one."""
    mentioned = set(re.findall(r"\b([A-Z]\d{1,2})\b", LAW.read_text("utf-8")))

    assert {clause for clause in mentioned if clause not in CLAUSES} <= {"C0", "C1", "E3"}


@pytest.mark.parametrize("room", cases.rooms())
def test_cases_say_why(room):
    """Each case has its four parts, and a reason that no other case of its clause has."""
    found = json.loads((cases.FOLDER / f"{room}.json").read_text("ascii"))

    assert {frozenset(case) - {"options"} for case in found} == {
        frozenset({"clause", "why", "input", "output"})
    }
    assert all(case["why"] for case in found)
    reasons = [(case["clause"], case["why"]) for case in found]
    assert [reason for reason in reasons if reasons.count(reason) > 1] == []


def test_each_room_of_cases_is_read():
    """Each file of cases is loaded by a test."""
    texts = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
    loaded = set(re.findall(r'cases\.load\("(\w+)"\)', texts))

    assert loaded == set(cases.rooms())
