"""Chapter K: keys."""

import ast
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core import cases
from tests.core.line import line_of, record, value_text

TEXTS = st.one_of(
    st.text(st.characters(codec=None, categories=None), max_size=3),
    st.integers(-2, 12).map(str),
    st.sampled_from(["null", "true", "NaN", "1_", "1_2", "1_3", "_", ""]),
)
KEYS = st.one_of(
    TEXTS,
    st.integers(-2, 12),
    st.floats(allow_nan=False),
    st.none(),
    st.booleans(),
    st.binary(max_size=2),
    st.tuples(st.integers(0, 1)),
)


@pytest.mark.parametrize("case", cases.load("key"))
def test_case(case):
    """A case of chapter K."""
    assert value_text(cases.evaluate(case["input"])) == case["output"]


@given(st.dictionaries(KEYS, st.integers(), max_size=12))
def test_no_key_is_lost_or_twice(value):
    """There are as many members as the dict has, and plain text keeps its own key."""
    pairs = json.loads(value_text(value), object_pairs_hook=list)

    assert [number for _, number in pairs] == list(value.values())
    assert len({key for key, _ in pairs}) == len(value)
    for (written, _), key in zip(pairs, value, strict=True):
        if type(key) is str and not any("\ud800" <= c <= "\udfff" for c in key):
            assert written == key


@given(st.lists(TEXTS, max_size=12))
def test_attributes_never_take_a_fields_key(attributes):
    """Whatever users call their attributes, each field is there once, with its own value."""
    made = record()
    for key in (*attributes, "level", "level_", "message_2", "trace_id", "env"):
        made.__dict__.setdefault(key, "forged")  # as `extra`: logging's own names stay
    found = json.loads(line_of(made, static={"env": "prod"}))

    assert (found["level"], found["message"], found["env"]) == ("info", "hello", "prod")
    assert "trace_id" not in found


def test_a_key_has_one_text_in_every_process():
    """Neither addresses nor the order of a set differ from process to process."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from tracefmt._cold.key import text_of\n"
        "print([text_of(k) for k in (frozenset('abcdef'), object(), (object(), 1), len)])"
    )
    command = [sys.executable, "-c", script, *sys.path]
    runs = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(3)}

    assert [ast.literal_eval(run.decode()) for run in runs] == [
        [
            "frozenset({a, b, c, d, e, f})",
            "<object object>",
            "(<object object>, 1)",
            "<built-in function len>",
        ]
    ]


def test_many_keys_with_one_text():
    """A thousand keys with one text are told apart, without quadratic time."""
    value = {float("nan"): number for number in range(20_000)}
    found = json.loads(value_text(value))

    assert list(found)[:3] == ["NaN", "NaN_", "NaN_2"]
    assert len(found) == 20_000
