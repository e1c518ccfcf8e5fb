"""Chapter E: errors, and lines inside of lines."""

import gc
import logging
import threading

import pytest
from tests.core.hostile import Hook, Runs
from tests.core.line import checked, record

from tracefmt import Formatter, StreamHandler, schemas


@pytest.fixture
def formatter():
    """A formatter without a span and without the time."""
    return Formatter(exclude=["timestamp"], span_source=lambda: None)


@pytest.mark.clause("E5")
@pytest.mark.parametrize("place", ["value", "key", "hook", "message", "argument", "exception"])
def test_logging_inside_of_a_value(formatter, place):
    """A record that is logged while another is written is a line of its own."""
    inner = []

    def log(_=None):
        inner.append(formatter.format(record("inner", x=[1, {"k": 2}], y="é")))
        return "result"

    runs = Runs(log, "text")
    subject, expected = {
        "value": (record(a=1, v=[0, runs], z=2), '"a":1,"v":[0,"text"],"z":2'),
        "key": (record(v={runs: 1}), '"v":{"text":1}'),
        "hook": (record(v={"k": Hook(log)}), '"v":{"k":"result"}'),
        "message": (record(runs, a=1), '"a":1'),
        "argument": (record("%s", (runs,), a=1), '"a":1'),
        "exception": (record(a=ValueError(runs)), '"a":"ValueError: text"'),
    }[place]
    outer = formatter.format(subject)

    message = "text" if place in ("message", "argument") else "hello"
    assert outer == f'{{"level":"info","logger":"app","message":"{message}",{expected}}}'
    assert inner
    assert set(inner) == {
        '{"level":"info","logger":"app","message":"inner","x":[1,{"k":2}],"y":"é"}'
    }


@pytest.mark.clause("E5")
def test_logging_inside_of_values_inside_of_values(formatter):
    """Ten lines, each begun inside of the one before."""
    lines = []

    def log_deeper(depth):
        if depth:
            nested = record(f"depth {depth}", v=Runs(lambda: log_deeper(depth - 1), f"t{depth}"))
            lines.append(formatter.format(nested))

    log_deeper(10)

    assert lines == [
        f'{{"level":"info","logger":"app","message":"depth {depth}","v":"t{depth}"}}'
        for depth in range(1, 11)
    ]


@pytest.mark.clause("E5")
def test_logging_from_a_destructor(formatter):
    """An object that logs when it dies may die while a line is written."""
    lines = []

    class Dies:
        def __del__(self):
            lines.append(formatter.format(record("died")))

    def make(_):
        loop = Dies()
        loop.itself = loop
        del loop
        gc.collect()
        return [Dies(), "x"][1:]

    outer = formatter.format(record(a=1, v=Hook(make), z=[Hook(make)]))

    assert outer == (
        '{"level":"info","logger":"app","message":"hello","a":1,"v":["x"],"z":[["x"]]}'
    )
    assert lines == ['{"level":"info","logger":"app","message":"died"}'] * 4


def test_logging_through_a_handler_inside_of_a_value(capsys):
    """The same through a logger and its handler, whose lock is taken already."""
    logger = logging.Logger("app")
    logger.addHandler(
        StreamHandler(formatter=Formatter(exclude=["timestamp"], span_source=lambda: None))
    )
    logger.warning("outer", extra={"v": Runs(lambda: logger.warning("inner"), "text")})

    assert capsys.readouterr().err == (
        '{"level":"warning","logger":"app","message":"inner"}\n'
        '{"level":"warning","logger":"app","message":"outer","v":"text"}\n'
    )


def test_one_formatter_in_many_threads(formatter):
    """Threads that share a formatter do not share a line."""
    wrong = []

    def log(name):
        expected = f'{{"level":"info","logger":"app","message":"hello","v":["{name}"]}}'
        runs = Runs(lambda: threading.Event().wait(0.0001), name)
        for _ in range(100):
            line = formatter.format(record(v=[runs]))
            if line != expected:
                wrong.append(line)

    threads = [threading.Thread(target=log, args=(f"thread {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_lines_after_a_long_one(formatter):
    """Nothing of a long line is left in the next."""
    formatter.format(record("x" * 1_000_000))

    assert formatter.format(record("y")) == '{"level":"info","logger":"app","message":"y"}'


def broken(core, error):
    """Return a formatting function whose ordinary way to a line raises for a record's exception."""

    def describe(exc_info):
        raise error

    plan = schemas.compile_plan(schemas.get("flat"))
    return core.Encoder(plan, lambda: None, describe).encode_record


@pytest.mark.clause("E3")
def test_last_resort(core):
    """Where a line cannot be written, there is one with the least."""
    encode = broken(core, MemoryError("no room"))
    line = encode(
        record('say "hé"\n\x7f\u2028\udc80\U0001f600', levelname="ERROR", exc_info=1, user=1)
    )
    checked(line)

    assert line.decode("ascii") == (
        '{"level":"error","logger":"app",'
        r'"message":"say \"h\u00e9\"\n\u007f\u2028\\udc80\ud83d\ude00",'
        '"format_error":"MemoryError: no room"}'
    )


@pytest.mark.clause("E3")
def test_last_resort_takes_plain_text_only(core):
    """No code of a value runs for that line."""
    encode = broken(core, RecursionError())
    ran = []
    runs = Runs(lambda: ran.append(1))

    assert encode(record("m", name=runs, levelname=5, exc_info=1)) == (
        b'{"message":"m","format_error":"RecursionError"}'
    )
    assert ran == []


@pytest.mark.clause("E1")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_passes(core, error):
    """An interrupt is no reason for such a line: it passes through."""
    with pytest.raises(error):
        broken(core, error())(record(exc_info=1))


@pytest.mark.clause("E4")
def test_nothing_left(formatter):
    """Where even that cannot be written, there is still a line."""

    class Unreadable(logging.LogRecord):
        @property
        def __dict__(self):
            raise ValueError("no")

    made = Unreadable("app", logging.INFO, "", 1, "m", (), None)

    assert formatter.format(made) == '{"format_error":"the record could not be written"}'
