"""`tracefmt.Logger` call by call: the line is the one that logging's own logger gives."""

import json
import logging
import os
import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from tests.stdlib.output import Output

import tracefmt

CONTEXT = trace.SpanContext(
    0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, False, trace.TraceFlags(1)
)


def failing():
    raise ValueError("no")


def handled():
    try:
        failing()
    except ValueError as error:
        return error


ERROR = handled()
CALLS = {
    "text": lambda log: log.info("hello"),
    "each level": lambda log: [
        getattr(log, name)(name) for name in ("debug", "info", "warning", "error", "critical")
    ],
    "arguments": lambda log: log.info("%s has %d", "cart", 3),
    "one mapping": lambda log: log.info("%(a)s", {"a": 1}),
    "an empty mapping": lambda log: log.info("%s", {}),
    "a mapping of another type": lambda log: log.info("%(a)s", mock_mapping()),
    "wrong arguments": lambda log: log.info("%d", "x"),
    "too many arguments": lambda log: log.info("done", 1),
    "no text": lambda log: log.info({"a": 1}),
    "None": lambda log: log.info(None),
    "extra": lambda log: log.info("x", extra={"a": 1, "b": [1, {"c": None}]}),
    "no extra": lambda log: log.info("x", extra=None),
    "empty extra": lambda log: log.info("x", extra={}),
    "extra of another type": lambda log: log.info("x", extra=mock_mapping()),
    "extra with a field's key": lambda log: log.info("x", extra={"level": 1, "trace_id": "f"}),
    "odd keys": lambda log: log.info("x", extra={1: 2, "1": 3, "\udc80": 4, "": 5}),
    "private keys": lambda log: log.info("x", extra={"_private": 1, "color_message": 2}),
    "getMessage": lambda log: log.info("x", extra={"getMessage": own_message}),
    "odd values": lambda log: log.info("x", extra={"a": {1, 2}, "b": b"x", "c": float("nan")}),
    "exc_info of an exception": lambda log: log.error("x", exc_info=ERROR),
    "exc_info of a triple": lambda log: log.error(
        "x", exc_info=(ValueError, ERROR, ERROR.__traceback__)
    ),
    "exc_info outside of one": lambda log: log.error("x", exc_info=True),
    "exc_info False": lambda log: log.error("x", exc_info=False),
    "exc_info empty": lambda log: log.error("x", exc_info=()),
    "exc_info nonsense": lambda log: log.error("x", exc_info=1),
    "exception": lambda log: while_handling(lambda: log.exception("x")),
    "exception without": lambda log: while_handling(lambda: log.exception("x", exc_info=False)),
    "exception of another": lambda log: while_handling(
        lambda: log.exception("x", exc_info=KeyError("k"))
    ),
    "info in an except block": lambda log: while_handling(lambda: log.info("x", exc_info=True)),
    "a level by number": lambda log: log.log(25, "x"),
    "a level by number below": lambda log: log.log(5, "x"),
    "a huge level": lambda log: log.log(10**30, "x"),
    "stack_info": lambda log: log.info("x", stack_info=True),
    "stacklevel": lambda log: log.info("x", stacklevel=2),
    "warn": lambda log: log.fatal("x"),
}


def own_message():
    return "own"


def mock_mapping():
    from collections import UserDict

    return UserDict(a=1)


def while_handling(call):
    try:
        failing()
    except ValueError:
        call()


def outcome(call, log, output):
    """Return what a call writes, or what it raises."""
    try:
        with trace.use_span(trace.NonRecordingSpan(CONTEXT)):
            call(log)
    except Exception as error:
        return type(error), str(error), output.lines()
    return [without_stack(line) for line in output.lines()]


def without_stack(line):
    found = json.loads(line)
    if "stack_info" in found:
        found["stack_info"] = found["stack_info"].splitlines()[-2:]  # the call itself
    return found if "stack_info" in found else line


@pytest.mark.clause("G1")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_call_writes_what_logging_writes(call, log, plain, output):
    """Whatever is given, the line is the one that a plain logger's record gives."""
    expected = outcome(call, plain, output)

    assert outcome(call, log, output) == expected


NATIVE = {
    name: CALLS[name]
    for name in (
        *("text", "each level", "arguments", "one mapping", "wrong arguments", "no text"),
        *("extra", "extra with a field's key", "odd values", "exc_info of an exception"),
        *("exception", "info in an except block", "a level by number"),
    )
}


@pytest.mark.parametrize("call", NATIVE.values(), ids=NATIVE.keys())
def test_ordinary_calls_are_native(call, log, native):
    """What services do all day takes the native way, with the core that has one."""
    call(log)

    assert native.is_as_expected()


@given(
    st.text(),
    st.lists(st.one_of(st.integers(), st.text(), st.none(), st.floats()), max_size=3),
    st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.lists(st.booleans()))),
)
def test_generated_calls_write_what_logging_writes(tmp_path_factory, msg, args, extra):
    """For generated messages, arguments and attributes both ways give the same line."""
    output = Output(tmp_path_factory.mktemp("generated") / "out")
    ours = tracefmt.Logger("generated", logging.INFO)
    plain = logging.Logger("generated", logging.INFO)
    ours.handlers = plain.handlers = [output.handler()]

    def call(log):
        log.info(msg, *args, extra=extra)

    expected = outcome(call, plain, output)
    assert outcome(call, ours, output) == expected
    output.stream.close()


@pytest.mark.parametrize(
    "options",
    [
        {"process": True},
        {"thread": True, "process": True},
        {"schema": "logstash"},
        {"schema": "ecs", "process": True, "thread": True},
        {"schema": "otlp", "process": True, "thread": True},
    ],
)
def test_process_and_thread(output, native, options):
    """Which process and thread runs the call is said as a record says it, and without one."""
    hidden = {"flat": ["timestamp"], "otlp": []}.get(options.get("schema", "flat"), ["@timestamp"])
    options = {**options, "resource": {"service.instance.id": "i"}, "span_source": lambda: None}
    formatter = tracefmt.Formatter(exclude=hidden, **options)
    handler = tracefmt.StreamHandler(output.stream, formatter=formatter)
    ours, plain = tracefmt.get_logger("tests.runner"), logging.getLogger("tests.runner.plain")
    for logger in (ours, plain):
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel("INFO")
    ours.info("the way is found")
    as_expected = []

    def log():
        native.forget()
        ours.info("up")
        as_expected.append(native.is_as_expected())
        plain.info("up")

    thread = threading.Thread(target=log, name="worker")
    thread.start()
    thread.join()
    ours.handlers, plain.handlers = [], []

    _, line, record = (re.sub(r'UnixNano":"[0-9]+', "", line) for line in output.lines())
    assert line == record.replace("tests.runner.plain", "tests.runner")
    assert as_expected == [True]
    assert ("worker" in line) == ("thread" in options or options.get("schema") == "logstash")
    assert (str(os.getpid()) in line) == ("process" in options)
