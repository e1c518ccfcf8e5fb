"""Chapter Q: how long a line may be."""

import itertools
import json
import logging
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.hostile import HOSTILE
from tests.core.line import checked, record
from tests.schemas.events import SPAN
from tests.schemas.test_otlp import attributes_of, parsed, value_of

import tracefmt
from tracefmt import ConfigurationError, Field, Formatter, Schema, _core, schemas
from tracefmt._cold.shorten import boundary, shorten
from tracefmt.schemas import Form, Group, Input, _registry
from tracefmt.structlog import Renderer

OWN = Schema(
    "own",
    [
        Field("", Input.ATTRIBUTES, Form.MEMBERS),
        Group(
            "place",
            (Field("msg", Input.MESSAGE), Field("", Input.STATIC, Form.MEMBERS)),
        ),
        Group("list", (Field("", Input.LOGGER), Field("", Input.STACK_INFO)), Form.LIST),
        Field("t", Input.TIMESTAMP, Form.EPOCH),
        Field("l", Input.LEVEL),
        Field("trace", Input.TRACE_ID, Form.HEX),
        Field("stack", Input.EXCEPTION_STACKTRACE),
    ],
)
INSTANCE = {"service.instance.id": "i"}
SCHEMAS = [*_registry.NAMES, OWN]
CHARACTERS = st.text(st.sampled_from('ab"\\\n\x00\x9f\u2028\udc80é中😀'), min_size=1, max_size=6)
TEXTS = st.builds(lambda text, times: text * times, CHARACTERS, st.sampled_from([1, 50, 400, 4000]))
VALUES = st.one_of(
    TEXTS,
    st.integers(),
    st.none(),
    st.binary(max_size=2000),
    st.lists(TEXTS, max_size=3),
    st.dictionaries(CHARACTERS, TEXTS, max_size=3),
)


def of(schema, subject, longest=1024, **options):
    """Return a line, checked to be JSON and no longer than it may be."""
    options = {"project": "p", "span_source": lambda: SPAN, **options}
    formatter = Formatter(schema, max_line_bytes=longest, **options)
    line = formatter.format_bytes(subject)
    checked(line)
    assert len(line) + 1 <= (16384 if longest == "container" else longest)
    return line


def flat(subject, longest=1024, **options):
    """Return what a line of `flat` says."""
    return json.loads(of("flat", subject, longest, **options))


def deep_error():
    """Return ``exc_info`` of an error deep in a stack, with a cause."""

    def fall(depth):
        if depth:
            stumble(depth - 1)
        try:
            {}["cause"]
        except KeyError as cause:
            raise ValueError("at the end") from cause

    def stumble(depth):
        fall(depth)  # two by turns: a line that is repeated is shown three times

    try:
        fall(30)
    except ValueError:
        return sys.exc_info()


@given(
    st.sampled_from(SCHEMAS),
    TEXTS,
    st.dictionaries(TEXTS | st.just("truncated"), VALUES, max_size=5),
    st.sampled_from([1024, 1500, 5000, "container"]),
    st.booleans(),
)
@pytest.mark.clause("Q5")
def test_any_line(schema, message, attributes, longest, failed):
    """Whatever is logged: JSON, not too long, with time, level, ids and message."""
    subject = record(message, exc_info=deep_error() if failed else None)
    subject.__dict__.update({key: value for key, value in attributes.items() if key != "name"})
    line = of(schema, subject, longest)
    whole = of(schema, subject, 10**9)

    assert (line == whole) == (len(whole) < (16384 if longest == "container" else longest))
    assert b"0af7651916cd43dd8448eb211c80319c" in line or b"1-0af76519-" in line
    if schema == "otlp":
        assert_is_record(line)
    elif schema is not OWN:
        said, all_said = json.loads(line), json.loads(whole)
        for key in list(all_said)[:2]:
            assert said[key] == all_said[key] or key == "message"
        assert said["message"]
        # keys stand in the order of the layout
        assert [key for key in all_said if key in said] == [key for key in said if key in all_said]


def assert_is_record(line):
    """Fail where protobuf does not take the line, or it lacks time, severity, ids or body."""
    _, _, log = parsed(line)
    assert log.time_unix_nano == log.observed_time_unix_nano > 0
    assert (log.severity_number, log.severity_text) == (9, "INFO")
    assert (len(log.trace_id), len(log.span_id), log.flags) == (16, 8, 3)
    assert value_of(log.body)


@given(TEXTS, st.lists(TEXTS | st.integers(), max_size=5))
@pytest.mark.clause("Q8")
def test_what_is_missing_adds_up(message, values):
    """The bytes that `truncated` tells of are those by which the line is shorter."""
    subject = record(message, **{f"a{number}": value for number, value in enumerate(values)})
    line, whole = of("flat", subject), of("flat", subject, 10**7)
    told = json.loads(line).get("truncated")
    if told is None:
        assert line == whole
        return
    missing = sum(map(int, re.findall(r": (\d+) bytes(?:, |$)", told)))

    assert len(line) + missing == len(whole) + len(f',"truncated":"{told}"')


@pytest.mark.clause("Q6")
def test_what_stays():
    """Short fields and attributes stay beside a message that alone is longer than the limit."""
    said = flat(record("m" * 9000, short=7, name="app.orders", text="t" * 9000), service="checkout")

    assert (said["logger"], said["service"], said["short"]) == ("app.orders", "checkout", 7)
    assert re.fullmatch("m{150,}…<[0-9]+ more>", said["message"])
    assert re.fullmatch("t{50,}…<[0-9]+ more>", said["text"])


@pytest.mark.clause("Q6")
def test_short_attributes_first():
    """As many attributes as fit, the shorter first, in their order."""
    attributes = {f"a{number}": "x" * (200 - number) for number in range(20)}
    said = flat(record("m", **attributes))
    kept = {key: value for key, value in said.items() if key.startswith("a")}
    whole = [key for key, value in kept.items() if value == attributes[key]]

    assert whole == ["a17", "a18", "a19"]
    assert kept.keys() - whole == {"a0"}  # the first that can be cut has the rest of the room


@pytest.mark.clause("Q7")
def test_stacktraces():
    """The beginning of a stacktrace stays, and three times as much of its end."""
    said = flat(record("failed", exc_info=deep_error()), 2048)
    trace = said["exception.stacktrace"]
    head, missing, tail = re.fullmatch(r"(.+)…<(\d+) more>…(.+)", trace, re.DOTALL).groups()
    whole = flat(record("failed", exc_info=deep_error()), 10**6)["exception.stacktrace"]

    assert (said["exception.type"], said["exception.message"]) == ("ValueError", "at the end")
    assert whole.startswith(head)
    assert whole.endswith(tail)
    assert tail.endswith("\nValueError: at the end\n")
    assert len(head) + int(missing) + len(tail) == len(whole)
    assert 2 < len(tail) / len(head) < 4


@pytest.mark.clause("Q7")
def test_values_stay_what_they_are():
    """Containers, bytes in OTLP and wide numbers are left out whole, text stays text."""
    values = {"list": ["x" * 400] * 9, "dict": {"k": "x" * 2000}, "raw": b"x" * 2000}
    values |= {"wide": 10**3000, "text": "x" * 2000, "left": 3}
    said = flat(record("m", **values))
    _, _, log = parsed(of("otlp", record("m", **values)))

    assert said.keys() & values.keys() == {"raw", "text", "left"}
    assert attributes_of(log).keys() == {"wide", "text", "left", "truncated"}  # wide is text
    assert all(attributes_of(log)[key].endswith(" more>") for key in ("wide", "text"))


def test_lines_below_the_limit():
    """A line that is not too long has the bytes that it has without the option."""
    for name, (make, _) in HOSTILE.items():
        for schema in ("flat", "otlp"):
            options = {"service": "s", "span_source": lambda: SPAN, "resource": INSTANCE}
            line = Formatter(schema, **options).format_bytes(record(name, v=make()))
            if len(line) < 2000:
                assert of(schema, record(name, v=make()), "container", **options) == line


@pytest.mark.clause("Q8")
def test_where_it_is_told():
    """A schema without the field has it beside the attributes; the option that renames it does."""
    own = json.loads(of(OWN, record("m", a="x" * 2000)))
    renamed = flat(record("m", a="x" * 2000), rename={"truncated": "cut"})
    excluded = flat(record("m", a="x" * 2000), exclude=["truncated"])

    assert re.fullmatch(r"a: \d+ bytes", own["truncated"])
    assert re.fullmatch(r"a: \d+ bytes", renamed["cut"])
    assert excluded.keys() & {"truncated", "cut"} == set()


@pytest.mark.clause("Q8")
def test_an_attribute_of_that_name():
    """A user's `truncated` is another's name with the option, and free without."""
    assert flat(record("m", truncated=1))["truncated_"] == 1
    assert '"truncated":1' in Formatter(span_source=lambda: None).format(record(truncated=1))


@pytest.mark.clause("Q8")
def test_many_names():
    """Names are listed up to a length, and the rest is counted."""
    said = flat(record("m", **{f"{number:03}": "x" * 1000 for number in range(500)}))
    named = re.fullmatch(r"(?:\d{3}: 1009 bytes, )+(\d+) more: (\d+) bytes", said["truncated"])

    assert named
    assert len(said["truncated"]) <= 128
    assert int(named[1]) > 480


@pytest.mark.clause("Q9")
def test_shared_lists():
    """A value that is small in memory and endless on paper is left out in no time."""
    value = ["x"]
    for _ in range(60):
        value = [value, value]
    text = ["y" * 10**6] * 10**5
    said = flat(record("m", v=value, nested={"k": value}, text=text), "container")

    assert said.keys() & {"v", "nested", "text"} == set()
    assert re.findall(r"(\w+): \d{5,} bytes", said["truncated"])


@pytest.mark.clause("Q9")
def test_shared_lists_as_arguments():
    """So are the arguments of a message that they do not fit."""
    value = [1]
    for _ in range(60):
        value = [value, value]
    said = flat(record("%d", (value,)), "container")

    assert said["format_error"].startswith("TypeError")
    assert "args: " in said["truncated"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name):
    """Each hostile value, also beside text that leaves no room for it."""
    make, _ = HOSTILE[name]
    for schema, longest in itertools.product(["flat", "otlp"], [1024, "container"]):
        of(schema, record("m" * 2000, v=make()), longest)


@pytest.mark.clause("Q10")
def test_lines_of_last_resort():
    """The line for a record that could not be written is not too long, and has the message."""
    subject = record("m" * 5000 + "😀" * 5000)
    plan = schemas.compile_plan(OWN, max_line_bytes=1024)
    encoder = _core.core.Encoder(plan, lambda: None, lambda exc_info: 1 / 0)
    subject.exc_info = (ValueError, ValueError(), None)
    line = encoder.encode_record(subject)
    said = checked(line)

    assert len(line) < 1024
    assert list(said) == ["level", "logger", "message", "format_error", "truncated"]
    assert re.fullmatch("m+…<[0-9]+ more>", said["message"])
    assert said["format_error"] == "ZeroDivisionError: division by zero"


@pytest.mark.clause("Q5")
def test_everywhere(tmp_path):
    """Handlers, native loggers, bound fields and structlog's events are under the limit alike."""
    path = tmp_path / "app.jsonl"
    handler = tracefmt.FileHandler(path)
    handler.setFormatter(Formatter(max_line_bytes=1024, span_source=lambda: SPAN))
    logger = tracefmt.Logger("app")
    logger.addHandler(handler)
    logger.bind(bound="b" * 3000).info("m" * 3000, field="f" * 3000)
    with tracefmt.bind(context="c" * 3000):
        logger.info("short")
        logging.Logger.info(logger, "by logging")
    handler.close()
    lines = path.read_bytes().splitlines(keepends=True)
    rendered = Renderer(output="text", max_line_bytes=1024)(None, "info", {"event": "é" * 3000})

    assert len(lines) == 3
    assert all(len(line) <= 1024 and "truncated" in checked(line[:-1]) for line in lines)
    assert len(rendered.encode()) < 1024
    assert re.fullmatch("é+…<[0-9]+ more>", checked(rendered)["message"])


@pytest.mark.parametrize("given", [0, 1023, -1, 1e6, True, "docker", "", "1024"])
@pytest.mark.once
def test_a_bad_limit(given):
    """What is no number of bytes, or too small, is refused when the formatter is made."""
    with pytest.raises(ConfigurationError, match=r"max_line_bytes=.*at least 1024, or 'container'"):
        Formatter(max_line_bytes=given)


@pytest.mark.once
def test_long_keys():
    """A schema whose keys alone fill the line is refused."""
    with pytest.raises(ConfigurationError, match=r"the keys of this schema alone need \d+ bytes"):
        Formatter(max_line_bytes=1024, rename={"message": "m" * 600})


@given(CHARACTERS, st.integers(0, 60), st.booleans())
@pytest.mark.once
def test_cut_text(text, room, middle):
    """Text is cut between two characters, within its room, and says how many are missing."""
    text = text * 30
    raw = json.dumps(text.replace("\udc80", "\\udc80"), ensure_ascii=False)[1:-1]
    found = shorten(raw.encode().decode("latin-1"), room, middle=middle)
    if found is None:
        assert room < 20
        return
    said = json.loads(f'"{found}"'.encode("latin-1"))
    head, missing, tail = re.fullmatch("(.*)…<([0-9]+) more>…?(.*)", said, re.DOTALL).groups()
    shown = text.replace("\udc80", "\\udc80")

    assert len(found) <= room
    assert shown.startswith(head)
    assert shown.endswith(tail)
    assert len(head) + int(missing) + len(tail) == len(shown)


@pytest.mark.once
def test_cut_twice():
    """Text that a limit of its own has cut before says how many are missing in all."""
    said = flat(record("a" * 5000, x="b" * 5000), max_string_length=4000)

    for key in ("message", "x"):
        kept, missing = re.fullmatch("(.+)…<([0-9]+) more>", said[key]).groups()
        assert len(kept) + int(missing) == 5000


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        (r"ab\\u0041", 3, 2),
        (r"ab\\u0041", 4, 4),
        (r"ab\u0041c", 7, 2),
        (r"ab\u0041c", 8, 8),
        (r"\ud83d\ude00", 6, 0),
        (r"\ud83d\ude00", 11, 0),
        (r"\\\ud83d\ude00x", 8, 2),
        (r"\\ud83d\ude00", 7, 7),
        ("a\xc3\xa9", 2, 1),
        ("\xf0\x9f\x98\x80x", 3, 0),
    ],
)
def test_boundary(text, at, found):
    """No half of an escape, of a pair of surrogates, or of a character in UTF-8."""
    assert boundary(text, at) == found
