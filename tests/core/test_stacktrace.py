"""The stacktrace is `traceback.format_exception`'s to the byte, the first time and from memory."""

import linecache
import sys
import textwrap
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefmt._cold import stacktrace

pytestmark = pytest.mark.once


def raised(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return error
    pytest.fail("nothing was raised")


def expected(error):
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def check(error):
    for _ in range(3):
        assert stacktrace.render(error, error.__traceback__) == expected(error)


def fail():
    raise ValueError("x")


def through():
    fail()


def carets():
    values = {"a": [1, 2]}
    return values["a"][0] + values["a"][1] + (values["b"][0] if values else 0)


def several_lines():
    return [
        1,
        2,
    ].index(
        3,
    )


def recursion(depth):
    if depth == 0:
        raise KeyError("bottom")
    recursion(depth - 1)


def mutual(depth):
    if depth == 0:
        fail()
    again = lambda: mutual(depth - 1)  # noqa: E731
    again()


def caused():
    try:
        through()
    except ValueError as error:
        raise RuntimeError("second") from error


def in_handling():
    try:
        through()
    except ValueError:
        {}["missing"]


def suppressed():
    try:
        through()
    except ValueError:
        raise OSError(2, "no such thing") from None


def cause_without_traceback():
    raise RuntimeError("x") from KeyError("never raised")


def loop():
    first, second = ValueError("a"), ValueError("b")
    try:
        try:
            raise first
        except ValueError:
            raise second from None
    except ValueError:
        first.__cause__ = second
        raise


def long_chain():
    try:
        fail()
    except ValueError as error:
        current = error
    for number in range(50):
        try:
            raise RuntimeError(number) from current  # noqa: TRY301
        except RuntimeError as error:
            current = error
    raise current


def suggestion():
    counter = 1
    return countr + counter


def attribute():
    return [].appendd  # codespell:ignore


def from_import():
    from os import pathh  # noqa: F401


def syntax():
    compile("a b", "a_file.py", "exec")


def executed():
    exec("1 / 0", {})


def multi_line_message():
    raise ValueError("one\ntwo\n\nthree")


def no_message():
    raise ValueError


class BadStrError(Exception):
    def __str__(self):
        raise RuntimeError


def bad_str():
    raise BadStrError


class FalsyError(Exception):
    def __bool__(self):
        return False


def falsy():
    try:
        fail()
    except ValueError as error:
        raise FalsyError from error


class OddError(Exception):
    __module__ = None


def odd_module():
    raise OddError


def notes():
    try:
        fail()
    except ValueError as error:
        error.__notes__ = ["a note", "of two\nlines"]
        raise


def bad_notes():
    try:
        fail()
    except ValueError as error:
        error.__notes__ = 7
        raise


def group():
    errors = [raised(through), raised(in_handling)]
    raise ExceptionGroup("several", errors)


CASES = [
    *(fail, through, carets, several_lines, caused, in_handling, suppressed, long_chain, loop),
    *(cause_without_traceback, suggestion, attribute, from_import, syntax, executed, no_message),
    *(multi_line_message, bad_str, falsy, odd_module, notes, bad_notes),
    *([group] if sys.version_info >= (3, 11) else []),
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_it_is_what_the_standard_library_says(function):
    """For every kind of exception the text is equal, also when its frames are known."""
    check(raised(function))


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4, 5, 60])
@pytest.mark.parametrize("function", [recursion, mutual])
def test_repeated_lines_are_counted(function, depth):
    """A recursion is cut after three equal lines, with the number of the others."""
    check(raised(function, depth))


def test_a_traceback_limit_is_respected(monkeypatch):
    """`sys.tracebacklimit`, where it is set, is left to the standard library."""
    monkeypatch.setattr(sys, "tracebacklimit", 1, raising=False)

    check(raised(through))


def test_a_changed_source_is_read_again(tmp_path):
    """When a file changes, its frames are rendered anew."""
    path = tmp_path / "changing.py"

    def run(text):
        path.write_text(text)
        return raised(exec, code)

    code = compile("\n\n1 / 0", str(path), "exec")
    check(run("# one\n\n1 / 0  # first\n"))
    again = run("# another, and longer\n\n1 / 0  # second\n")
    check(again)
    assert "# second" in stacktrace.render(again, again.__traceback__)
    path.unlink()
    check(again)


def test_a_source_that_is_not_a_file_is_shown():
    """A line that only `linecache` knows (notebooks) is shown, and forgotten with it."""
    name = "<cell 1>"
    linecache.cache[name] = (5, None, ["1 / 0\n"], name)
    error = raised(exec, compile("1 / 0", name, "exec"))

    check(error)
    del linecache.cache[name]
    check(error)


def test_two_functions_of_one_text_are_apart():
    """Code objects are told apart by identity, also when an address is used again."""
    for number in range(200):
        text = f"def f():\n    {'pass;' * number}raise ValueError({number})\nf()"
        check(raised(exec, compile(text, __file__, "exec"), {}))


def test_memory_is_bounded(monkeypatch):
    """No more frames are kept than the limit says."""
    monkeypatch.setattr(stacktrace, "_KEPT", 10)
    stacktrace._frames.clear()

    for _ in range(50):
        error = raised(exec, compile("1 / 0", __file__, "exec"))
        stacktrace.render(error, error.__traceback__)
    assert len(stacktrace._frames) <= 10


BODIES = st.recursive(
    st.sampled_from(["1 / 0", "{}['k']", "[].x", "raise ValueError('v')", "undefined", "f'{1:z}'"]),
    lambda inner: st.one_of(
        inner.map(lambda b: f"try:\n{textwrap.indent(b, '  ')}\nexcept Exception:\n  int('x')"),
        inner.map(
            lambda b: (
                f"try:\n{textwrap.indent(b, '  ')}\nexcept Exception as e:\n"
                "  raise RuntimeError('r') from e"
            )
        ),
        inner.map(lambda b: f"def g():\n{textwrap.indent(b, '  ')}\ng()"),
        inner.map(lambda b: f"for _ in range(2):\n{textwrap.indent(b, '  ')}"),
    ),
    max_leaves=8,
)


@given(BODIES)
def test_generated_programs_fail_alike(tmp_path_factory, body):
    """Whatever program fails, both texts are equal."""
    path = tmp_path_factory.mktemp("generated") / "program.py"
    path.write_text(body)
    check(raised(exec, compile(body, str(path), "exec"), {}))
