"""Chapter S: strings."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import value_text


@pytest.mark.parametrize("case", cases.load("string"))
def test_case(case):
    """A case of chapter S."""
    assert value_text(cases.scalar(case["input"])) == case["output"]


@pytest.mark.parametrize("plane", range(17))
def test_every_character(plane):
    """Each character by itself is escaped or not, as the clauses say."""
    characters = [chr(code) for code in range(plane << 16, (plane + 1) << 16)]
    # one value per character would be slow; a list has them all, and none can reach into another
    expected = ",".join(map(_by_the_law, characters))

    assert value_text(characters) == f"[{expected}]"


def _by_the_law(character):
    short = {'"': r"\"", "\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r"}
    short["\t"] = r"\t"
    code = ord(character)
    if character in short:
        return f'"{short[character]}"'
    if 0xD800 <= code <= 0xDFFF:
        return f'"\\\\u{code:04x}"'
    if code < 0x20 or 0x7F <= code <= 0x9F or code in (0x2028, 0x2029):
        return f'"\\u{code:04x}"'
    return f'"{character}"'


@pytest.mark.parametrize("character", ["\n", '"', "\x7f", "é"])
def test_every_position(character):
    """A character to escape is found wherever it stands, also beside the blocks of a fast path."""
    texts = [
        "x" * before + character + "x" * (length - before)
        for length in [*range(1, 70), 4096]
        for before in range(min(length, 40))
    ]

    expected = json.dumps(texts, separators=(",", ":"), ensure_ascii=False)

    assert value_text(texts) == expected.replace("\x7f", r"\u007f")


@given(st.text(st.characters(codec=None, categories=None)))
def test_reads_back(text):
    """A parser reads back the text; lone surrogates have become visible text."""
    visible = "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)

    assert json.loads(value_text(text)) == visible
