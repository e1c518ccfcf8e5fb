"""Chapter X: exceptions."""

import builtins
import gc
import logging
import sys
import traceback
import weakref

import pytest
from tests.core import cases
from tests.core.hostile import BadError
from tests.core.line import checked, line_of, record

from tracefmt import Formatter

NEW = pytest.mark.skipif(sys.version_info < (3, 11), reason="groups and notes came with 3.11")


@pytest.mark.parametrize("case", cases.load("exception"))
def test_case(case):
    """A case of chapter X."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


def written(error, **options):
    """Return the three fields of a line with this exception."""
    exc_info = (type(error), error, error.__traceback__)
    found = checked(line_of(record(exc_info=exc_info), **options).encode())
    parts = ("type", "message", "stacktrace")
    return [found.pop(f"exception.{part}", None) for part in parts]


def raised(error):
    """Return an exception that has a traceback."""
    try:
        raise error
    except type(error) as caught:
        return caught


def as_python(error):
    """Return the text that Python prints for an exception."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def test_real_traceback():
    """The stacktrace is Python's own text, source lines and all."""
    error = raised(ValueError("too big"))

    assert written(error) == ["ValueError", "too big", as_python(error)]
    assert "raise error\n" in as_python(error)


class Outer:
    """A class around an exception."""

    class InnerError(Exception):
        """An exception with a name of two parts."""


def test_qualified_name():
    """The type is named with its module and the classes around it."""
    assert written(Outer.InnerError("x"))[0] == f"{__name__}.Outer.InnerError"


def test_bad_str():
    """An exception whose `__str__` raises is marked, and its traceback is Python's."""
    error = raised(BadError())

    assert written(error) == [
        "tests.core.hostile.BadError",
        "<unrepresentable BadError: ZeroDivisionError>",
        as_python(error),
    ]


def test_odd_names():
    """A class with a broken name or module has a line."""
    odd = type("Odd", (Exception,), {"__module__": 5})
    unnamed = type("", (Exception,), {"__module__": ""})

    assert written(odd("x"))[:2] == ["object", "x"]
    assert written(unnamed("x"))[:2] == [".", "x"]


def test_cause_loop():
    """Exceptions that are each other's cause."""
    first, second = raised(ValueError("a")), raised(KeyError("b"))
    first.__cause__, second.__cause__ = second, first

    assert written(first) == ["ValueError", "a", as_python(first)]


def test_own_cause():
    """An exception that is its own context."""
    error = raised(ValueError("a"))
    error.__context__ = error

    assert written(error) == ["ValueError", "a", as_python(error)]


def test_long_chain():
    """Fifty exceptions, each the cause of the next."""
    error = raised(ValueError("0"))
    for number in range(1, 50):
        following = raised(ValueError(str(number)))
        following.__cause__ = error
        error = following
    found = written(error)

    assert found == ["ValueError", "49", as_python(error)]
    assert found[2].count("direct cause") == 49


@pytest.mark.clause("X5")
def test_endless_chain():
    """A chain that is too long for Python leaves the type and the message."""
    error = raised(ValueError("0"))
    for _ in range(5000):
        following = ValueError("n")
        following.__cause__ = error
        error = following
    name, message, stacktrace = written(error)

    assert (name, message) == ("ValueError", "n")
    assert stacktrace.startswith(("<no stacktrace: RecursionError: ", "Traceback", "ValueError: 0"))


@pytest.mark.clause("X5")
def test_traceback_that_is_none():
    """What cannot be formatted is named."""
    line = line_of(record(exc_info=(ValueError, ValueError("x"), 5)))
    found = checked(line.encode())

    assert found["exception.message"] == "x"
    assert found["exception.stacktrace"].startswith("<no stacktrace: ")


@NEW
def test_group():
    """A group with all that is in it."""
    group = vars(builtins)["ExceptionGroup"]
    error = raised(group("two", [raised(ValueError("a")), group("in", [OSError()])]))

    assert written(error) == ["ExceptionGroup", "two (2 sub-exceptions)", as_python(error)]


@NEW
@pytest.mark.parametrize("notes", [["first", "se\x1b[0mcond\n\udc80"], "text", [5, None], 5, []])
def test_notes(notes):
    """Notes of any kind are those that Python shows."""
    error = raised(ValueError("x"))
    error.__notes__ = notes
    shown = as_python(error).replace("\udc80", "\\udc80")

    assert written(error) == ["ValueError", "x", shown]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_is_no_exception(error):
    """Those that are no `Exception` are written as others."""
    assert written(error)[:2] == [type(error).__name__, str(error)]


@pytest.mark.parametrize("place", ["__str__", "__repr__"])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.clause("E1")
def test_interrupt_from_an_exceptions_text(kind, place):
    """An interrupt from the code of an exception passes through."""

    def interrupt(self):
        raise kind

    odd = type("Odd", (Exception,), {"__str__": interrupt, "__repr__": interrupt})
    subject = record(exc_info=(odd, odd(), None)) if place == "__str__" else record(e=odd())

    with pytest.raises(kind):
        Formatter(span_source=lambda: None).format(subject)


def test_real_exception_call():
    """`Logger.exception` in an except block gives what Python would print."""
    records = []
    logger = logging.Logger("app")
    logger.addFilter(lambda made: records.append(made) or False)
    try:
        1 // 0
    except ZeroDivisionError as caught:
        logger.exception("failed")
        expected = as_python(caught)

    assert checked(line_of(records[0]).encode())["exception.stacktrace"] == expected


class Shorter(Formatter):
    """Decides what a stacktrace is."""

    def formatException(self, ei):
        return f"at line {ei[2].tb_lineno}"


@pytest.mark.clause("X8")
def test_own_stacktrace():
    """A subclass's `formatException` is asked for the stacktrace alone."""
    error = raised(ValueError("x"))
    exc_info = (type(error), error, error.__traceback__)
    line = Shorter(span_source=lambda: None).format(record(exc_info=exc_info))
    found = checked(line)

    assert found["exception.type"] == "ValueError"
    assert found["exception.message"] == "x"
    assert found["exception.stacktrace"] == f"at line {error.__traceback__.tb_lineno}"


@pytest.mark.clause("X8")
def test_own_stacktrace_that_fails():
    """Where that raises, the stacktrace is Python's."""
    line = Shorter(span_source=lambda: None).format(record(exc_info=ValueError("x")))

    assert checked(line)["exception.stacktrace"] == "ValueError: x\n"


def test_the_exception_is_not_kept():
    """Nothing holds the exception, or the frames of its traceback, after its line."""
    error = raised(Outer.InnerError("x"))
    written(error)
    dead = weakref.ref(error)
    del error
    gc.collect()

    assert dead() is None
