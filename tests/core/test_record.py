"""Chapters L, F, A and R: the line as a whole, its fields, its attributes, what a record is."""

import logging
import sys
import threading

import pytest
from tests.core import cases
from tests.core.cases import without
from tests.core.hostile import OddInt, OddText, OfBadClass, Raises, Runs, UnequalText
from tests.core.line import checked, line_of, record

from tracefmt import Formatter

HELLO = '{"timestamp":"2023-11-14T22:13:20.500000Z","level":"info","logger":"app","message":"hello"'


@pytest.mark.parametrize("case", cases.load("record"))
def test_case(case):
    """A case of chapters L, F, A, R and T."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


def test_make_log_record():
    """`makeLogRecord({})`, which has no level and no name, has a line."""
    made = logging.makeLogRecord({})

    assert line_of(made, exclude=["timestamp"]) == '{"level":"level none","message":""}'


@pytest.mark.parametrize("name", sorted(vars(record())))
def test_each_attribute_missing(name):
    """A record that lacks one of logging's attributes has a line, and says all the rest."""
    made = record("m", user="ada")
    delattr(made, name)
    expected = {
        "timestamp": "2023-11-14T22:13:20.500000Z",
        "level": "info",
        "logger": "app",
        "message": "m",
        "user": "ada",
    }
    absent = {"created": "timestamp", "levelname": "level"}
    if name in absent:
        expected[absent[name]] = None
    if name == "name":
        del expected["logger"]
    if name == "msg":
        expected["message"] = "None"

    assert checked(line_of(made).encode()) == expected


@pytest.mark.parametrize("name", sorted(vars(record())))
def test_each_attribute_of_any_type(name):
    """Whatever stands in one of logging's attributes, there is a valid line with the attributes."""
    odd = [None, True, 7, 1.5, "", "\udc80", b"b", (1, 2), (1, 2, 3), [1], {"k": 1}, ..., int]
    for value in [*odd, Raises(ValueError()), OfBadClass(), OddText("x"), OddInt(3)]:
        made = record("m", user="ada")
        setattr(made, name, value)
        line = line_of(made, callsite=True)

        assert checked(line.encode())["user"] == "ada"


def test_record_of_another_factory():
    """A record factory may add attributes, and make records of its own class."""

    class Record(logging.LogRecord):
        __slots__ = ("hidden",)

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.hidden = "slot"
            self.request_id = "r-1"
            self.created = 1700000000.5

    logging.setLogRecordFactory(Record)
    made = logging.Logger("app").makeRecord(
        "app", logging.INFO, "/app/main.py", 7, "hello", (), None, extra={"user": "ada"}
    )

    assert line_of(made) == f'{HELLO},"request_id":"r-1","user":"ada"}}'


def test_dict_of_another_class():
    """A record whose `__dict__` lies is read as it is."""

    class Lying(dict):
        def items(self):
            raise ValueError

        get = copy = keys = __iter__ = __getitem__ = __len__ = items

    made = record(user="ada")
    made.__dict__ = Lying(made.__dict__)

    assert line_of(made) == f'{HELLO},"user":"ada"}}'


def test_key_that_claims_to_be_a_standard_one():
    """A key that is no plain `str` cannot stand in for one of logging's names."""

    class Claims(UnequalText):
        def __eq__(self, other):
            raise RuntimeError("asked")

        __hash__ = UnequalText.__hash__

    made = without(record(), "levelname", "msg")
    # a fresh dict: the old one may still know the names that were removed
    made.__dict__ = {**vars(made), Claims("levelname"): "forged", Claims("msg"): "forged"}

    assert line_of(made) == (
        '{"timestamp":"2023-11-14T22:13:20.500000Z","level":null,"logger":"app","message":"None",'
        '"levelname":"forged","msg":"forged"}'
    )


def test_text_subclass_as_a_key():
    """Of a key that is a subclass of `str` its text counts, also where it is a field's."""
    made = record()
    made.__dict__.update({OddText("k"): 1, OddText("level"): 2, OddText("_private"): 3})

    assert line_of(made) == f'{HELLO},"k":1,"level_":2,"_private":3}}'


@pytest.mark.clause("R1")
def test_record_that_changes_while_it_is_written():
    """A line says what the record said before the first of its values ran."""

    def change():
        made.__dict__.clear()
        made.__dict__.update(levelname="CHANGED", stack_info="changed", new=1)

    made = record("m", a=Runs(change, "a"), b=2, stack_info="Stack")

    assert line_of(made) == (HELLO.replace("hello", "m") + ',"a":"a","b":2,"stack_info":"Stack"}')


def test_record_that_another_thread_changes():
    """A record that another thread adds attributes to always has its own."""
    made = record(user="ada")
    stop = threading.Event()

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            made.__dict__[f"new{number % 100}"] = number
            made.__dict__.pop(f"new{(number + 50) % 100}", None)

    thread = threading.Thread(target=change)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        formatter = Formatter(span_source=lambda: None)
        for _ in range(500):
            line = formatter.format_bytes(made)

            assert checked(line)["user"] == "ada"
            assert b"format_error" not in line
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(
    "subject", [None, 5, "text", {"msg": "m"}, object(), logging.LogRecord, [1]], ids=type
)
def test_what_is_no_record(subject):
    """Anything that is handed over as a record has a line."""
    found = checked(line_of(subject).encode())

    assert set(found) <= {"timestamp", "level", "logger", "message", "format_error", "args"}


def test_object_that_has_nothing_to_read():
    """A subclass that refuses to be read has a line all the same."""

    class Refuses(logging.LogRecord):
        def __getattribute__(self, name):
            raise ValueError(name)

    made = Refuses.__new__(Refuses)

    assert line_of(made) == '{"format_error":"the record could not be written"}'


@pytest.mark.parametrize("options", [{"exclude": ["getMessage"]}, {"static": {"getMessage": 1}}])
def test_own_message_under_an_option(options):
    """A `getMessage` that was put on a record is called, also where its name is left out."""
    line = line_of(record("m", getMessage=lambda: "own"), **options)

    assert checked(line.encode())["message"] == "own"


def test_exclude_wins_over_reserved():
    """An attribute that is left out is left out, also if it has a field's key."""
    assert line_of(record(level="x", span_id="y"), exclude=["span_id"]) == (
        f'{HELLO},"level_":"x"}}'
    )


def test_extras_through_a_logger():
    """What a user gives as `extra` comes out as it went in."""
    records = []
    logger = logging.Logger("app")
    logger.addFilter(lambda made: records.append(made) or False)
    extra = {"trace_id": "x", "": 1, "a b": 2, "__class__": 3, "dd.trace_id": "0", 1: 4, "é": None}
    logger.info("hello", extra=extra)
    records[0].created = 1700000000.5

    assert line_of(records[0]) == (
        f'{HELLO},"trace_id_":"x","":1,"a b":2,"dd.trace_id":"0","1":4,"é":null}}'
    )
