"""Chapter P: redaction."""

import contextlib
import copy
import dataclasses
import logging

import pytest
from tests.core import cases
from tests.core.hostile import HOSTILE, Raises, deep
from tests.core.line import VALUE, checked, line_of, record

from tracefmt import ConfigurationError, Formatter, configure, get_logger


@pytest.mark.parametrize("case", cases.load("redact"))
def test_case(case):
    """A case of chapter P."""
    assert line_of(cases.evaluate(case["input"]), **cases.options(case)) == case["output"]


@pytest.mark.clause("P7")
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", ["**.no_such_name", "*.*.*.nor_this", "v.nor_that"])
def test_what_is_not_named_is_written_as_ever(name, path):
    """A value that is looked through in vain has the bytes that it has without the option."""
    make, expected = HOSTILE[name]

    assert line_of(record(v=make()), schema=VALUE, redact=[path]) == f'{{"v":{expected}}}'


@pytest.mark.clause("P1")
def test_messages_are_not_looked_through():
    """A name in the message, and what stands behind it, are text."""
    line = line_of(record("pin=%s", ("1234",)), redact=["**.pin", "message"], exclude=["timestamp"])

    assert line == '{"level":"info","logger":"app","message":"pin=1234"}'


@pytest.mark.clause("L7")
def test_values_are_left_as_they_were():
    """Neither the record nor what it holds changes."""

    @dataclasses.dataclass
    class User:
        token: str

    values = {"d": {"pin": [1, 2]}, "l": [{"pin": 1}], "u": User("t")}
    subject, before = record(**values), copy.deepcopy(values)
    line_of(subject, redact={"paths": ["**.pin", "u.token"], "remove": True})

    assert {name: vars(subject)[name] for name in values} == before


@pytest.mark.clause("P8")
def test_what_cannot_be_looked_through():
    """An attribute that Python has no stack for is the mask; the line says the rest."""
    found = []
    formatter = Formatter(schema=VALUE, span_source=lambda: None, redact=["**.pin"])
    subject = record(ok=1, v=deep(60))

    def descend():
        with contextlib.suppress(RecursionError):
            descend()
        # too near to the end a formatter cannot even be called
        with contextlib.suppress(RecursionError):
            found.append(checked(formatter.format_bytes(subject)))

    descend()

    assert {"ok": 1, "v": "[redacted]"} in found


def test_an_interruption_passes():
    """`KeyboardInterrupt` in a censor is nobody's mask."""

    def censor(value, path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line_of(record(pin=1), redact={"paths": ["pin"], "censor": censor})


def test_a_key_that_raises():
    """A key without a text is looked at as the mark that stands for it."""
    subject = record(v={Raises(ValueError()): {"pin": 1}})

    assert line_of(subject, schema=VALUE, redact=["**.pin"]) == (
        '{"v":{"<unrepresentable Raises: ValueError>":{"pin":"[redacted]"}}}'
    )


@pytest.mark.parametrize(
    "path",
    [
        *("", "a..b", ".a", "a.", "a[", "a[]", "a[x]", "a]", "a[-1]", 'a["', 'a[""]', "a['x\"]"),
        *("a*", "**", "a.**", "**.**.a", "a[0]b", 3, None, b"a"),
    ],
)
@pytest.mark.once
def test_a_bad_path(path):
    """A path that names nothing is refused when the formatter is made, with what to write."""
    with pytest.raises(ConfigurationError, match=r"redact: .*write names with dots between them"):
        Formatter(redact=["good", path])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("password", r"redact: write a list of paths, \['password'\]"),
        (7, "redact=7: write a list of paths"),
        ({"mask": "x"}, "redact: .*its names are paths, mask, remove, censor, ignore_case"),
        ({"paths": ["a"], "masks": "x"}, "its names are paths, mask"),
        ({"paths": ["a"], "mask": 1}, "mask is text, not 1"),
        ({"paths": ["a"], "censor": "x"}, "'x' cannot be called"),
        ({"paths": ["a"], "remove": True, "mask": "x"}, "leave mask and censor out, or remove"),
        ({"paths": "a"}, r"write a list of paths, \['a'\]"),
    ],
)
@pytest.mark.once
def test_a_bad_option(given, message):
    """What cannot be done is refused when the formatter is made, with what to write."""
    with pytest.raises(ConfigurationError, match=message):
        Formatter(redact=given)


def test_a_logger_of_ours(capfd):
    """Fields of a call, bound ones and those of `extra` are looked through."""
    configure("INFO", exclude=["timestamp"], span_source=lambda: None, redact=["**.pin"])
    log = get_logger("app.redact")
    log.info("a", pin=1, n=2)
    log.bind(pin=3).info("b", user={"pin": 4})
    logging.getLogger("plain").info("c", extra={"pin": 5})
    configure(None)

    assert capfd.readouterr().err.splitlines() == [
        '{"level":"info","logger":"app.redact","message":"a","pin":"[redacted]","n":2}',
        (
            '{"level":"info","logger":"app.redact","message":"b","pin":"[redacted]",'
            '"user":{"pin":"[redacted]"}}'
        ),
        '{"level":"info","logger":"plain","message":"c","pin":"[redacted]"}',
    ]
