"""Chapter Q: limits."""

import itertools
import json

import pytest
from tests.core import cases
from tests.core.hostile import HOSTILE
from tests.core.line import VALUE, line_of, record

from tracefmt import ConfigurationError, Formatter


@pytest.mark.parametrize("case", cases.load("limit"))
def test_case(case):
    """A case of chapter Q."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_within_is_written_as_ever(name):
    """A value below all limits has the bytes that it has without them."""
    make, expected = HOSTILE[name]
    limits = {"max_string_length": 10**9, "max_items": 10**9, "max_depth": 64}

    assert line_of(record(v=make()), schema=VALUE, **limits) == f'{{"v":{expected}}}'


@pytest.mark.clause("Q2")
def test_shared_lists():
    """A value that is small in memory and endless on paper is cut in no time."""
    value = [1]
    for _ in range(60):
        value = [value, value]
    line = line_of(record(v=value), schema=VALUE, max_depth=3)

    assert json.loads(line) == {"v": [[["<max depth>"] * 2] * 2] * 2}


def test_long_exact_containers():
    """What is over the limit is not gone over."""
    line = line_of(record(v=dict.fromkeys(range(10**6)), w=[0] * 10**6), schema=VALUE, max_items=1)

    assert line == '{"v":{"0":null,"<more than 1 items>":null},"w":[0,"<more than 1 items>"]}'


@pytest.mark.parametrize(
    ("name", "given"),
    list(
        itertools.product(["max_string_length", "max_items", "max_depth"], [0, -1, 1.5, "10", True])
    ),
)
@pytest.mark.once
def test_a_bad_limit(name, given):
    """A limit that is no number above 0 is refused when the formatter is made."""
    with pytest.raises(ConfigurationError, match=rf"{name}=.*write a whole number above 0"):
        Formatter(**{name: given})


@pytest.mark.once
def test_a_depth_that_no_stack_is_for():
    """There is no way above the depth that both cores can write."""
    with pytest.raises(ConfigurationError, match=r"max_depth=65: .* at most 64"):
        Formatter(max_depth=65)
