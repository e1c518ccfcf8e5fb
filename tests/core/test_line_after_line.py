"""Lines that follow each other: what was written of one is no part of the next."""

import logging
import threading

import pytest
from opentelemetry import context, trace
from tests.core.line import record

from tracefmt import Field, Formatter, Schema
from tracefmt.schemas import Form, Input

LEVELS = Schema(
    "levels",
    [
        Field("name", Input.LOGGER),
        Field("level", Input.LEVEL, Form.UPPER),
        Field("number", Input.LEVEL, Form.NUMBER),
        Field("severity", Input.LEVEL, Form.SEVERITY_NUMBER),
    ],
)
APART = Schema(
    "apart",
    [
        Field("trace_id", Input.TRACE_ID, Form.HEX),
        Field("message", Input.MESSAGE),
        Field("span_id", Input.SPAN_ID, Form.HEX),
        Field("flags", Input.TRACE_FLAGS, Form.NUMBER),
    ],
)


def test_loggers_and_levels_take_turns():
    """Each line has the logger and the level of its own record, whichever came before."""
    formatter = Formatter(LEVELS)
    names = [f"app.{number}" for number in range(100)]
    levels = [(10, "DEBUG"), (20, "INFO"), (40, "ERROR"), (21, "INFO"), (20, "Notice"), (999, "X")]
    for _ in range(2):
        for name in names:
            for number, level in levels:
                made = record(name=name, levelno=number, levelname=level)
                severity = {10: 5, 20: 9, 21: 10, 40: 17, 999: 24}[number]
                assert formatter.format(made) == (
                    f'{{"name":"{name}","level":"{level.upper()}","number":{number},'
                    f'"severity":{severity}}}'
                )


@pytest.mark.parametrize("first", [None, 7, True, "é\n", "\udc80", b"x"])
def test_names_that_are_no_usual_text(first):
    """A name or level of another kind is written as it is, before and after a usual one."""
    formatter = Formatter(LEVELS)
    usual = '{"name":"app","level":"INFO","number":20,"severity":9}'
    odd = record(name=first, levelname=first, levelno=first)

    lines = [formatter.format(made) for made in (record(), odd, record(), odd)]

    assert lines[0] == lines[2] == usual
    assert lines[1] == lines[3] != usual


def test_one_logger_in_two_layouts():
    """Two formatters write the same record each in its own way, by turns."""
    made = record()
    plain = Formatter(span_source=lambda: None, exclude=["timestamp"])
    other = Formatter(span_source=lambda: None, exclude=["timestamp"], rename={"logger": "name"})

    for _ in range(3):
        assert plain.format(made) == '{"level":"info","logger":"app","message":"hello"}'
        assert other.format(made) == '{"level":"info","name":"app","message":"hello"}'


def test_a_level_that_gets_another_name():
    """The new name is in the next line."""
    formatter = Formatter(LEVELS)
    logger = logging.Logger("app")

    def line():
        return formatter.format(logger.makeRecord("app", 20, "", 0, "", (), None))

    before = line()
    try:
        logging.addLevelName(20, "NOTE")
        after = line()
    finally:
        logging.addLevelName(20, "INFO")

    assert '"level":"INFO"' in before
    assert '"level":"NOTE"' in after
    assert line() == before


def test_spans_take_turns():
    """Each line has the ids of the active span, in each place that a layout has for them."""
    formatter = Formatter(APART)
    spans = [trace.SpanContext(n + 1, n + 9, False, trace.TraceFlags(n % 2)) for n in range(7)]
    contexts = [trace.set_span_in_context(trace.NonRecordingSpan(span)) for span in spans]
    for _ in range(3):
        for span, active in zip(spans, contexts, strict=True):
            token = context.attach(active)
            try:
                line = formatter.format(record())
            finally:
                context.detach(token)
            assert line == (
                f'{{"trace_id":"{span.trace_id:032x}","message":"hello",'
                f'"span_id":"{span.span_id:016x}","flags":{span.trace_flags}}}'
            )
            assert formatter.format(record()) == '{"message":"hello"}'


def test_after_a_line_with_an_exception():
    """What only some lines have is not in the next one."""
    formatter = Formatter(span_source=lambda: None, exclude=["timestamp"])
    usual = '{"level":"info","logger":"app","message":"hello"}'
    failed = record(exc_info=(ValueError, ValueError("no"), None), stack_info="Stack")
    wrong = record("%d", ("x",))

    for made in (failed, wrong):
        assert formatter.format(record()) == usual
        assert len(formatter.format(made)) > len(usual)
        assert formatter.format(record()) == usual


def test_threads_that_end():
    """What a thread remembers goes with it, and another thread starts with nothing."""
    formatter = Formatter(LEVELS)
    lines = []

    def log(number):
        made = record(name=f"thread.{number}")
        lines.extend([formatter.format(made), formatter.format(made)])

    for number in range(20):
        thread = threading.Thread(target=log, args=(number,))
        thread.start()
        thread.join()

    assert lines == [
        f'{{"name":"thread.{number // 2}","level":"INFO","number":20,"severity":9}}'
        for number in range(40)
    ]
