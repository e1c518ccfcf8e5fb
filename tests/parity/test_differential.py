"""
Both cores write the same bytes, for everything that Hypothesis can think of.

``pytest tests/parity --hypothesis-profile=thorough`` looks for longer, and at new examples.
"""

import collections
import dataclasses
import datetime
import decimal
import enum
import logging
import pathlib
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.hostile import (
    HOSTILE,
    Colour,
    Hook,
    Node,
    OddFloat,
    OddInt,
    OddText,
    Raises,
    UnequalText,
    own,
)
from tests.core.line import checked

from tracefmt import Field, Schema, SpanContext, bind, schemas
from tracefmt._cold.exception import describe
from tracefmt._cold.exception_chain import ChainDescriber, chain_options
from tracefmt._cold.screen import screen
from tracefmt._context import ContextFields
from tracefmt.schemas import Form, Input, _registry
from tracefmt.schemas._schema import TIME_FORMS

pytestmark = pytest.mark.once


SCREENED = ("redact", "max_string_length", "max_items", "max_depth")


class Flags(enum.Flag):
    """Members that can be joined."""

    A = 1
    B = 2


class Text(str, enum.Enum):
    """Members that are text."""

    X = "x"
    SURROGATE = "\udc80"


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A data class that can be a key."""

    a: object
    b: object = dataclasses.field(default=None, repr=False)


Pair = collections.namedtuple("Pair", "first second")

# not the slow ones, and not those that are another value the second time
QUICK = [
    name
    for name in HOSTILE
    if not any(word in name for word in ("000", "without end", "emptied", "growing"))
]
CHARACTERS = st.characters(codec=None, categories=None)
TEXTS = st.one_of(
    st.text(CHARACTERS),
    st.text(
        st.sampled_from('"\\\n\x00\x7f\x80\x9f\xa0\u2028\u2029\ud800\udfffaé中😀'), max_size=40
    ),
    st.sampled_from(["", "level", "message", "null", "1", "\ud83d\ude00", "x" * 100]),
)
SIGNS = st.sampled_from([1, -1])
INTEGERS = st.one_of(
    st.integers(),
    st.integers(-(2**66), 2**66),
    # by their size, since Python refuses to show the widest ones
    st.builds(lambda bits, sign: sign << bits, st.sampled_from([63, 64, 14287, 14288]), SIGNS),
)
DOUBLES = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 5e-324, 1e16, 1e-4, 9.999e-5, 9007199254740993.0, 1e22, 1e23]),
)
ZONES = st.one_of(
    st.none(),
    st.just(datetime.timezone.utc),
    st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23)).map(
        datetime.timezone
    ),
)
COLD = st.one_of(
    st.binary(max_size=20),
    st.binary(max_size=20).map(bytearray),
    st.binary(max_size=20).map(memoryview),
    st.datetimes(timezones=ZONES),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.sampled_from([*Colour, *Flags, *Text, Flags.A | Flags.B]),
    TEXTS.map(OddText),
    INTEGERS.map(OddInt),
    DOUBLES.map(OddFloat),
    TEXTS.map(pathlib.PurePosixPath),
    TEXTS.map(ValueError),
    st.builds(Raises, st.sampled_from([ValueError("x"), MemoryError(), StopIteration()])),
    st.sampled_from([range(3), int, len, ..., NotImplemented, types.SimpleNamespace(a=1)]),
    st.sampled_from(QUICK).map(lambda name: HOSTILE[name][0]()),
)
SCALARS = st.one_of(st.none(), st.booleans(), TEXTS, INTEGERS, DOUBLES)
# without NaN, since whether two of them are one key depends on where they are in memory
HASHABLE = st.one_of(st.none(), st.booleans(), TEXTS, INTEGERS, st.floats(allow_nan=False))
KEYS = st.one_of(
    TEXTS,
    HASHABLE,
    st.binary(max_size=3),
    st.dates(),
    st.sampled_from([*Colour, *Flags, *Text]),
    st.tuples(HASHABLE, HASHABLE),
    st.frozensets(st.text(CHARACTERS, max_size=2), max_size=3),
    TEXTS.map(UnequalText),
    st.builds(Frozen, TEXTS),
    st.builds(Raises, st.just(ValueError("x"))),
)


def containers(items):
    """Return containers of such items, of every kind."""
    lists = st.lists(items, max_size=5)
    dicts = st.dictionaries(KEYS, items, max_size=5)
    return st.one_of(
        lists,
        lists.map(tuple),
        dicts,
        st.dictionaries(st.text(CHARACTERS, max_size=3), items, max_size=5),
        lists.map(collections.deque),
        lists.map(collections.UserList),
        lists.map(type("ListSubclass", (list,), {})),
        dicts.map(types.MappingProxyType),
        dicts.map(collections.OrderedDict),
        dicts.map(type("DictSubclass", (dict,), {})),
        st.sets(st.integers() | st.text(max_size=3), max_size=4),
        st.builds(Pair, items, items),
        st.builds(Frozen, items, items),
        st.builds(Node, TEXTS, items),
        items.map(lambda item: Hook(lambda self: item)),
        lists.map(own),
        items.map(lambda item: [item, item]),
    )


VALUES = st.recursive(st.one_of(SCALARS, COLD), containers, max_leaves=12)
ATTRIBUTES = st.dictionaries(
    st.one_of(
        TEXTS,
        st.sampled_from(
            [
                *("level", "level_", "level_2", "timestamp", "message_", "trace_id", "span_id"),
                *("args_", "format_error", "exception.type", "stack", "env", "service", "severity"),
                *(
                    "taskName",
                    "color_message",
                    "otelTraceID",
                    "otelSpanID",
                    "_private",
                    "_tracefmt",
                ),
                *("", "a b", "é", "http.status", "getMessage", "__class__", "code.file.path"),
                *("http", "http.status.code", "log", "log.level.x", "level.x", "error", " ", "a."),
            ]
        ),
        KEYS,
    ),
    VALUES,
    max_size=5,
)
MESSAGES = st.one_of(
    st.tuples(TEXTS, st.just(())),
    st.tuples(st.sampled_from(["%s", "%d", "%s %r", "%(a)s", "100%", "%5.1f|%x", "%%"]), st.one_of(
        st.tuples(), st.tuples(VALUES), st.tuples(VALUES, VALUES), st.dictionaries(
            st.sampled_from(["a", "b"]), VALUES, max_size=2
        ), st.none(), VALUES,
    )),
    st.tuples(VALUES, st.one_of(st.just(()), st.none(), st.tuples(SCALARS))),
)  # fmt: skip
CHAINS = st.one_of(
    VALUES,
    st.lists(
        st.fixed_dictionaries(
            {"message": TEXTS | VALUES}, optional={"frames": VALUES, "notes": VALUES}
        ),
        max_size=2,
    ),
)
STANDARD = st.fixed_dictionaries(
    {},
    optional={
        "levelname": st.one_of(
            st.sampled_from(["DEBUG", "INFO", "WARNING", "ΑΣ", "İ"]), TEXTS, VALUES
        ),
        "name": st.one_of(st.sampled_from(["app", "app.orders"]), VALUES),
        "levelno": st.one_of(st.sampled_from([10, 20, 25, 30, 40]), INTEGERS, VALUES),
        "filename": VALUES,
        "process": VALUES,
        "processName": VALUES,
        "thread": VALUES,
        "threadName": VALUES,
        "created": st.one_of(DOUBLES, st.floats(-7e10, 3e11), INTEGERS, VALUES),
        "pathname": VALUES,
        "lineno": VALUES,
        "funcName": VALUES,
        "stack_info": st.one_of(TEXTS, VALUES),
        "exc_text": st.one_of(TEXTS, VALUES),
        "taskName": VALUES,
        "_tracefmt": st.tuples(
            st.one_of(st.none(), st.tuples(*[st.integers(0, 2**65)] * 3), VALUES),
            st.one_of(
                st.none(),
                st.tuples(*[st.one_of(st.none(), TEXTS)] * 3),
                st.tuples(*[st.one_of(st.none(), TEXTS)] * 3, CHAINS),
                VALUES,
            ),
            st.one_of(st.none(), TEXTS, VALUES),
            VALUES,
            st.one_of(st.none(), st.dictionaries(TEXTS, VALUES, max_size=3), VALUES),
        ),
    },
)
EXCEPTIONS = st.one_of(
    st.none(),
    st.booleans(),
    st.just((None, None, None)),
    st.tuples(VALUES, VALUES, VALUES),
    VALUES,
    st.builds(
        lambda kind, text, cause: _raised(kind(text), cause),
        st.sampled_from(
            [ValueError, KeyError, decimal.InvalidOperation, KeyboardInterrupt, OSError]
        ),
        VALUES,
        st.one_of(st.none(), st.just(TypeError("cause"))),
    ),
)
IDS = st.integers(-1, 2**129) | st.integers(0, 3) | SCALARS
SPANS = st.one_of(st.none(), st.builds(SpanContext, IDS, IDS, IDS), VALUES)
SPAN = SpanContext(1, 2, 3)
STRUCTURED = st.sampled_from(
    ["text", "structured", {"max_frames": 1, "show_locals": True}, {"stacktrace": True}]
)
LONGEST = st.sampled_from([1024, 1100, 2000, "container"])
FIELDS = ["timestamp", "level", "logger", "message", "service", "trace_id", "args", "stack_info"]
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "service": st.text(max_size=5),
        "static": st.dictionaries(st.sampled_from(["env", "x", "static é"]), VALUES, max_size=2),
        "rename": st.sampled_from(
            [{"level": "severity"}, {"timestamp": "ts", "message": "body"}, {"args": "level_"}]
        ),
        "exclude": st.lists(st.sampled_from([*FIELDS, "a", "env", "getMessage", "attributes"])),
        "callsite": st.sampled_from([None, False, True, "WARNING", 10, 0]),
        "resource": st.dictionaries(
            st.sampled_from(["service.name", "service.version", "k8s.pod.name"]), VALUES, max_size=2
        ),
        "timestamp": st.sampled_from(sorted(form.value for form in TIME_FORMS)),
        "level": st.sampled_from(["lower", "upper", "name", "number", "severity_number"]),
        "process": st.booleans(),
        "thread": st.booleans(),
        "nest": st.sampled_from(["data", "é"]),
        "max_line_bytes": LONGEST,
        "exception": STRUCTURED,
    },
)
LAYOUTS = st.fixed_dictionaries(
    {"schema": st.sampled_from(_registry.NAMES)},
    optional={
        "static": st.dictionaries(st.sampled_from(["env", "x"]), VALUES, max_size=2),
        "exclude": st.lists(st.sampled_from(["static", "message", "a", "attributes"])),
        "callsite": st.sampled_from([False, True, "WARNING"]),
        "resource": st.just({"service.version": "1", "region": [1, "x"]}),
        "process": st.booleans(),
        "thread": st.booleans(),
        "nest": st.just("data"),
        "max_line_bytes": LONGEST,
        "exception": STRUCTURED,
    },
)
PATHS = st.sampled_from(
    ["a", "*.a", "**.a", "**.x", "a.*", "*[0]", "*.*", "level", "args[*].a", "x[1].**.a", '["a b"]']
)
SCREENS = st.fixed_dictionaries(
    {
        "redact": st.one_of(
            st.lists(PATHS, max_size=3).map(tuple),
            st.fixed_dictionaries(
                {"paths": st.lists(PATHS, min_size=1, max_size=3)},
                optional={"remove": st.booleans(), "ignore_case": st.booleans()},
            ),
            st.fixed_dictionaries(
                {"paths": st.lists(PATHS, min_size=1, max_size=3)},
                optional={
                    "mask": TEXTS,
                    "censor": st.sampled_from([lambda value, path: value, lambda *_: 1 // 0]),
                },
            ),
        ),
    },
    optional={
        "max_string_length": st.integers(1, 20),
        "max_items": st.integers(1, 4),
        "max_depth": st.integers(1, 3),
    },
)
OTHER = Schema(
    "other",
    [
        Field("", Input.ATTRIBUTES, Form.MEMBERS),
        Field("lvl", Input.LEVEL),
        Field("msg", Input.MESSAGE),
        Field("", Input.STATIC, Form.MEMBERS),
        Field("t", Input.TIMESTAMP, Form.RFC3339),
        Field("flags", Input.TRACE_FLAGS, Form.HEX),
        Field("stack", Input.EXCEPTION_STACKTRACE),
    ],
)


def _raised(error, cause):
    try:
        raise error from cause  # noqa: TRY301  # it is to have a traceback
    except BaseException as caught:
        return (type(caught), caught, caught.__traceback__)


def record(message, standard, attributes, exc_info):
    """Return a log record of these parts."""
    made = logging.LogRecord("app", logging.INFO, "/app/main.py", 7, None, None, None, "main")
    made.msg, made.args = message
    made.created = 1700000000.123456
    made.exc_info = exc_info
    made.__dict__.update(standard)
    for key, value in attributes.items():
        # as `extra` does it: what is on the record already stays
        made.__dict__.setdefault(key, value)
    return made


def lines(cores, subject, source=lambda: None, schema="flat", **options):
    """Return both cores' checked lines of one record."""
    screened = {name: options.pop(name) for name in SCREENED if name in options}
    screened["max_line_bytes"] = options.get("max_line_bytes")
    options["screen"] = screen(**{**dict.fromkeys(SCREENED), "redact": (), **screened})
    plan = schemas.compile_plan(schemas.get(schema), **options)
    exception = options.get("exception", "text")
    described = describe
    if exception != "text":
        with_text = schemas.get(schema).defaults.get("stacktrace", False)
        described = ChainDescriber(chain_options(exception), with_text=with_text)
    found = [core.Encoder(plan, source, described).encode_record(subject) for core in cores]
    for line in found:
        checked(line)
    return found


@given(VALUES)
def test_values(cores, value):
    """Any value, nested in any way."""
    rust, python = lines(cores, record(("m", ()), {}, {"v": value}, None))

    assert rust == python


@given(ATTRIBUTES)
def test_attributes(cores, attributes):
    """Any attributes, also with odd and clashing keys."""
    rust, python = lines(cores, record(("m", ()), {}, attributes, None), static={"env": "prod"})

    assert rust == python


@given(MESSAGES)
def test_messages(cores, message):
    """Any message with any arguments, fitting or not."""
    rust, python = lines(cores, record(message, {}, {}, None))

    assert rust == python


@given(STANDARD, EXCEPTIONS)
def test_standard_attributes(cores, standard, exc_info):
    """Anything in place of what logging itself puts on a record."""
    rust, python = lines(cores, record(("m", ()), standard, {}, exc_info), callsite=True)

    assert rust == python


@given(SPANS)
def test_spans(cores, span):
    """Any answer of a span source."""
    rust, python = lines(cores, record(("m", ()), {}, {}, None), source=lambda: span)

    assert rust == python


@given(st.data())
def test_records_and_options(cores, data):
    """Whole records under any options of the formatter."""
    subject = record(*map(data.draw, (MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS)))
    names = list(vars(subject))
    for index in data.draw(st.sets(st.integers(0, len(names) - 1), max_size=3)):
        del subject.__dict__[names[index]]
    span = data.draw(SPANS)
    rust, python = lines(cores, subject, source=lambda: span, **data.draw(OPTIONS))

    assert rust == python


@given(MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS)
def test_other_schemas(cores, message, standard, attributes, exc_info):
    """Whole records by a schema with another order and other forms."""
    subject = record(message, standard, attributes, exc_info)
    rust, python = lines(cores, subject, schema=OTHER, static={"x": 1})

    assert rust == python


@given(VALUES | ATTRIBUTES, MESSAGES, EXCEPTIONS, SCREENS)
def test_screens(cores, value, message, exc_info, options):
    """Any redaction and any limits."""
    attributes = {
        "a": value,
        "x": [value, value],
        "b.a": 1,
        **(value if type(value) is dict else {}),
    }
    subject = record(message, {}, attributes, exc_info)
    for schema in ("flat", OTHER):
        rust, python = lines(cores, subject, schema=schema, **options, static={"x": value})

        assert rust == python


@given(ATTRIBUTES, MESSAGES, ATTRIBUTES, st.dictionaries(TEXTS, VALUES, max_size=3), SCREENS)
def test_context_fields(cores, attributes, message, given, bound, options):
    """Any fields of the context, bound or from a mixin, with any attributes."""
    subject = record(message, {}, attributes, None)
    with bind(**bound):
        for context in (ContextFields(), ContextFields(mixin=lambda: given)):
            for more in ({}, options):
                rust, python = lines(cores, subject, context=context, **more)

                assert rust == python


@given(ATTRIBUTES, st.sampled_from(["**.nobody", "*.*.nobody", "nobody[*]"]))
def test_screens_that_keep_nothing(cores, attributes, path):
    """What no path names and no limit cuts has the bytes that it has without options."""
    subject = record(("m", ()), {}, attributes, None)
    without = lines(cores, subject)

    assert without == lines(cores, subject, redact=[path], max_string_length=10**6)
    otlp = {"schema": "otlp", "resource": {"service.instance.id": "i"}}
    without = lines(cores, subject, **otlp)

    assert without == lines(cores, subject, redact=[path], max_line_bytes=10**6, **otlp)


@given(MESSAGES, STANDARD, ATTRIBUTES, EXCEPTIONS, SPANS, LAYOUTS)
def test_layouts(cores, message, standard, attributes, exc_info, span, options):
    """Whole records by each layout that comes with tracefmt."""
    subject = record(message, standard, attributes, exc_info)
    rust, python = lines(cores, subject, source=lambda: span, project="p", **options)

    assert rust == python


LONG_TEXTS = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 40, 3000]))
LONG_VALUES = st.one_of(
    VALUES,
    LONG_TEXTS,
    st.builds(lambda value, times: [value] * times, VALUES | LONG_TEXTS, st.sampled_from([3, 500])),
    st.dictionaries(LONG_TEXTS | KEYS, LONG_TEXTS | INTEGERS, max_size=3),
    st.builds(lambda value, times: shared(value, times), VALUES, st.integers(8, 62)),
)


def shared(value, times):
    """Return a list that holds another twice, and so on: small in memory, endless on paper."""
    for _ in range(times):
        value = [value, value]
    return value


@given(
    st.tuples(LONG_TEXTS | VALUES, st.just(())),
    st.dictionaries(LONG_TEXTS | KEYS, LONG_VALUES, max_size=4),
    EXCEPTIONS,
    LAYOUTS,
    st.sampled_from([{}, {"levelname": "x" * 300}, {"created": "é" * 999}, {"name": "n" * 255}]),
    LONGEST,
)
def test_long_lines(cores, message, attributes, exc_info, options, standard, longest):
    """Lines that have to be cut, by each layout."""
    subject = record(message, standard, attributes, exc_info)
    options = {**options, "max_line_bytes": longest}
    rust, python = lines(cores, subject, source=lambda: SPAN, project="p", **options)

    assert rust == python
    assert len(rust) < (16384 if longest == "container" else longest)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(cores, name):
    """Each hostile value."""
    make, _ = HOSTILE[name]
    rust, python = (lines((core,), record(("m", ()), {}, {"v": make()}, None))[0] for core in cores)

    assert rust == python
