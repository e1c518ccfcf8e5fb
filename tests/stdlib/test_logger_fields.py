"""`tracefmt.Logger`: fields of a call, and bound ones."""

import functools
import logging

import pytest


@pytest.mark.clause("G3")
def test_keyword_fields_are_attributes(log, output, native):
    """Keywords that logging does not know are attributes, behind those of `extra`."""
    log.info("paid", order_id=7, tags=["a"])
    assert native.is_as_expected()
    log.info("paid", extra={"a": 1}, b=2)
    log.info("paid", name="n", msecs=1, level="x")

    assert [line.split(",", 2)[2] for line in output.lines()] == [
        '"message":"paid","order_id":7,"tags":["a"]}',
        '"message":"paid","a":1,"b":2}',
        '"message":"paid","name_":"n","msecs_":1,"level_":"x"}',
    ]


@pytest.mark.clause("G4")
def test_functions_as_fields_are_called_if_the_line_is_written(log, output):
    """A function is called for its value; not for a disabled level, and a failure is marked."""
    calls = []

    def value():
        calls.append(1)
        return 42

    log.debug("x", value=value)
    log.info("x", value=value, part=functools.partial(int, "7"), bad=lambda: 1 // 0)
    log.info("x", kind=int)

    assert calls == [1]
    assert [line.split(",", 3)[3] for line in output.lines()] == [
        '"value":42,"part":7,"bad":"<unrepresentable function: ZeroDivisionError>"}',
        '"kind":"<class \'int\'>"}',
    ]


def test_bound_fields_are_on_every_line(log, output, native):
    """`bind` gives a logger with fields of its own; the original has none of them."""
    request = log.bind(request_id="r-1", user={"id": 7})
    request.info("a")
    request.bind(step=2).warning("b", k=1)
    log.info("c")
    assert native.is_as_expected()

    assert [line.split(",", 2)[2] for line in output.lines()] == [
        '"message":"a","request_id":"r-1","user":{"id":7}}',
        '"message":"b","request_id":"r-1","user":{"id":7},"step":2,"k":1}',
        '"message":"c"}',
    ]
    assert request.fields == {"request_id": "r-1", "user": {"id": 7}}
    assert request.name == log.name
    assert request.isEnabledFor(logging.INFO)


@pytest.mark.clause("G2")
def test_a_call_overrides_a_bound_field(log, output):
    """A field of the call replaces the bound one of the same name, in its place."""
    log.bind(a=1, b=2).info("x", a=3)
    log.bind(a=1, level="l").info("x")

    assert [line.split(",", 3)[3] for line in output.lines()] == [
        '"a":3,"b":2}',
        '"a":1,"level_":"l"}',
    ]


@pytest.mark.clause("G5")
def test_bound_values_are_those_of_the_time_of_binding(log, output):
    """A list that changes after `bind` is written as it was."""
    items = [1]
    bound = log.bind(items=items)
    items.append(2)
    bound.info("x")

    assert output.lines()[0].endswith('"items":[1]}')
