"""Chapter M: the message."""

import logging
import sys

import pytest
from tests.core import cases
from tests.core.hostile import Runs
from tests.core.line import checked, line_of, record

from tracefmt import Formatter


@pytest.mark.parametrize("case", cases.load("message"))
def test_case(case):
    """A case of chapter M."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


def found(*arguments, **attributes):
    """Return what the line of a record says."""
    return checked(line_of(record(*arguments, **attributes)).encode())


def test_an_integer_with_too_many_digits():
    """Python refuses to write such an integer in decimal, so it is among the arguments, in hex."""
    line = found("%d items", (1 << 16000,))

    assert line["message"] == "%d items"
    assert line["args"] == ["0x1" + "0" * 4000]
    assert line["format_error"].startswith("ValueError: Exceeds the limit (4300")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("place", ["msg", "args", "getMessage"])
@pytest.mark.clause("E1")
def test_what_is_no_exception_passes(error, place):
    """An interrupt from the code of a message or of an argument passes through."""

    def interrupt():
        raise error

    subject = {
        "msg": record(Runs(interrupt)),
        "args": record("%s", (Runs(interrupt),)),
        "getMessage": record("m", getMessage=interrupt),
    }[place]

    with pytest.raises(error):
        Formatter(span_source=lambda: None).format(subject)


def test_ten_megabytes():
    """A message of ten megabytes is whole."""
    message = "é\n" * 3_500_000
    line = line_of(record(message), exclude=["timestamp"])

    assert line == '{"level":"info","logger":"app","message":"' + "é\\n" * 3_500_000 + '"}'


def test_ten_megabytes_of_arguments():
    """So is one that is merged from its arguments."""
    assert found("%s", ("x" * 10_000_000,))["message"] == "x" * 10_000_000


def test_arguments_of_every_shape():
    """What stands under `args` in place of a tuple or a mapping is merged as Python does it."""

    class Single:
        def __str__(self):
            return "single"

    class NoTruth:
        def __bool__(self):
            raise ValueError("neither")

        def __repr__(self):
            return "<NoTruth>"

    assert found("%s", Single())["message"] == "single"
    assert found("%s", [1, 2])["message"] == "[1, 2]"
    assert found("%s", 0)["message"] == "%s"
    assert found("%s", "")["message"] == "%s"
    assert found("%s", cases.NAMESPACE["numpy"].arange(2))["args"] == [0, 1]
    assert found("%s", NoTruth()) == {
        "timestamp": "2023-11-14T22:13:20.500000Z",
        "level": "info",
        "logger": "app",
        "message": "%s",
        "args": "<NoTruth>",
        "format_error": "ValueError: neither",
    }


def test_an_argument_that_compares_by_its_own_rules():
    """Arguments are never compared with anything."""

    class NoEquality:
        __hash__ = None

        def __eq__(self, other):
            raise ValueError

        def __str__(self):
            return "text"

    assert found("%s", NoEquality())["message"] == "text"


def test_text_that_answers_the_per_cent_sign():
    """Only the message's own `%` merges; a reflected one of an argument may not return nonsense."""

    class Reflected(str):
        def __rmod__(self, other):
            return 5

    line = found("%s", Reflected("x"))

    assert line["message"] == "%s"
    assert line["args"] == "x"
    assert line["format_error"].startswith("TypeError")


def test_message_of_a_subclass_that_is_no_text():
    """`getMessage()` may return anything; its `str` is written."""

    class Record(logging.LogRecord):
        def getMessage(self):
            return {"a": 1}

    assert found_of(Record)["message"] == "{'a': 1}"


def test_message_property_that_fails():
    """A subclass without a message at all still has its line and its attributes."""

    class Record(logging.LogRecord):
        @property
        def msg(self):
            raise ValueError("gone")

        @msg.setter
        def msg(self, value):
            pass

    assert found_of(Record) == {
        "timestamp": "2023-11-14T22:13:20.500000Z",
        "level": "info",
        "logger": "app",
        "message": "<unrepresentable Record: ValueError>",
        "user": "ada",
        "args": [1],
        "format_error": "ValueError: gone",
    }


def found_of(kind):
    """Return what the line of a record of that class says."""
    subject = kind("app", logging.INFO, "/app/main.py", 7, "m", (1,), None)
    subject.created = 1700000000.5
    subject.user = "ada"
    return checked(line_of(subject).encode())


def test_logging_calls_give_what_stdlib_says():
    """For records that logging itself makes, the message is `getMessage()`."""
    records = []
    logger = logging.Logger("app")
    logger.addFilter(lambda made: records.append(made) or False)
    logger.info("plain 100%")
    logger.info("%s %d", "a", 1)
    logger.info("%(k)s", {"k": "v"})
    logger.info({"a": 1})
    logger.info(None)
    logger.info("%s", ("a", "tuple"))

    assert [checked(line_of(made).encode())["message"] for made in records] == [
        made.getMessage() for made in records
    ]


def test_message_that_changes_what_str_returns():
    """The message is asked for its text once."""
    calls = []
    subject = record(Runs(lambda: calls.append(1), "once"))

    assert checked(line_of(subject).encode())["message"] == "once"
    assert calls == [1]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="taskName came with 3.12")
def test_task_name_of_a_real_record():
    """Outside of asyncio there is no `taskName` in the line."""
    made = logging.LogRecord("app", logging.INFO, "", 1, "m", (), None)

    assert made.taskName is None
    assert "taskName" not in line_of(made)
