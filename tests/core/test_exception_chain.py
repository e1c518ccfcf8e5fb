"""Chapter X: exceptions as data."""

import json
import logging
import pickle
import queue
import re
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from tests.core.hostile import BadError, Raises
from tests.core.line import checked, line_of, record
from tests.schemas.test_otlp import attributes_of, parsed

import tracefmt
from tracefmt import Field, Formatter, Schema
from tracefmt._cold.exception import describe
from tracefmt.schemas import Form, Input, _registry
from tracefmt.structlog import Renderer

NEW = pytest.mark.skipif(sys.version_info < (3, 11), reason="groups and notes came with 3.11")
CHAINS = {"ecs": "error.chain", "datadog": "error.chain", "aws": "errorChain"}
CHAINS |= {"logstash": "exception_chain", "flat": "exception.chain", "gcp": "exception.chain"}


def exc_info(error):
    """Return the triple that logging makes of an exception."""
    return type(error), error, error.__traceback__


def raised(error, cause=None, depth=0):
    """Return an exception with a traceback of some frames."""
    try:
        if depth:
            raised(error, cause, depth - 1)
        raise_from(error, cause)
    except type(error) as caught:
        if depth:
            raise
        return caught


def raise_from(error, cause):
    """Raise it."""
    if cause is not None:
        raise error from cause
    raise error


def fallen(error, depth):
    """Return an exception with a traceback of that many frames, and one or two more."""

    def fall(left):
        if left:
            fall(left - 1)
        raise error

    try:
        fall(depth - 1)
    except type(error) as caught:
        return caught


def said(error, **options):
    """Return what a line says of an exception."""
    options = {"exception": "structured", **options}
    return checked(line_of(record(exc_info=exc_info(error)), **options).encode())


def chain(error, **options):
    """Return the exception as data."""
    return said(error, **options)["exception.chain"]


@pytest.mark.clause("X9", "X10")
def test_exception():
    """Type, message, module, and the frames with their source, outermost first."""
    error = raised(ValueError("too big"))
    (one,) = chain(error)
    frames = one.pop("frames")

    assert one == {"type": "ValueError", "message": "too big", "module": "builtins"}
    assert [frame["function"] for frame in frames] == ["raised", "raise_from"]
    assert frames[1] == {
        "file": __file__,
        "line": raise_from.__code__.co_firstlineno + 4,
        "function": "raise_from",
        "source": "raise error",
    }


@pytest.mark.clause("X9")
def test_what_it_came_from():
    """Causes go before contexts, and `from None` hides a context."""
    cause = raised(KeyError("k"))
    error = raised(ValueError("v"), cause)
    try:
        try:
            raise error
        except ValueError:
            raise TypeError("t")  # noqa: B904  # a context is what is wanted
    except TypeError as caught:
        found = chain(caught)
        caught.__suppress_context__ = True
        alone = chain(caught)

    assert [(one["type"], one.get("relation")) for one in found] == [
        ("TypeError", None),
        ("ValueError", "context"),
        ("KeyError", "cause"),
    ]
    assert [one["type"] for one in alone] == ["TypeError"]


@pytest.mark.clause("X9")
def test_rings():
    """An exception that came from itself is there once."""
    first, second = raised(ValueError("1")), raised(KeyError("2"))
    first.__cause__, second.__cause__ = second, first

    assert [one["type"] for one in chain(first)] == ["ValueError", "KeyError"]


@NEW
@pytest.mark.clause("X9")
def test_groups_and_notes():
    """A group holds a chain of each of its exceptions; notes are text."""
    inner = raised(KeyError("in"), raised(OSError("cause")))
    inner.__notes__ = ["one", Raises(ValueError())]
    inside = ExceptionGroup("inside", [inner, ValueError("no traceback")])
    (one,) = chain(raised(inside))
    members = one["exceptions"]

    assert one["message"] == "inside (2 sub-exceptions)"
    assert [[(part["type"], len(part["frames"])) for part in member] for member in members] == [
        [("KeyError", 2), ("OSError", 2)],
        [("ValueError", 0)],
    ]
    assert members[0][0]["notes"] == ["one", "<unrepresentable Raises: ValueError>"]


@pytest.mark.clause("X11")
def test_frames_left_out():
    """Of many frames both ends stay, and the gap has their number."""
    error = fallen(ValueError("deep"), 40)
    (one,) = chain(error, exception={"max_frames": 5})
    (whole,) = chain(error)

    assert one["frames"] == [*whole["frames"][:2], {"omitted": 36}, *whole["frames"][-3:]]
    assert len(whole["frames"]) == 41


@pytest.mark.clause("X11")
def test_exceptions_left_out():
    """So has the end of a long chain."""
    error = None
    for number in range(30):
        error = raised(ValueError(number), error)
    found = chain(error, exception={"max_chain": 2})

    assert [one.get("message") for one in found] == ["29", "28", "27", None]
    assert found[-1] == {"omitted": 27}


@NEW
@pytest.mark.clause("X11")
def test_groups_without_end():
    """Groups in groups, wide and deep, have an end, and every line can be read."""
    error = ValueError("x")
    for _ in range(8):
        error = ExceptionGroup("g", [error, *(ValueError(number) for number in range(40))])
    for schema in _registry.NAMES:
        subject = record(exc_info=exc_info(error))
        line = line_of(subject, schema=schema, exception="structured", project="p")

        assert len(line) < 200_000
        assert "omitted" in line


@pytest.mark.parametrize("schema", _registry.NAMES)
@pytest.mark.clause("X12")
def test_schemas(schema):
    """Type and message stay where they are; the text is where the backend reads it."""
    error = raised(ValueError("bad"))
    subject = record(exc_info=exc_info(error))
    line = line_of(subject, schema=schema, exception="structured", project="p")
    found = json.loads(line)
    if schema == "otlp":
        found = attributes_of(parsed(line)[2])
        assert found["exception.type"] == "ValueError"
    whole = found[CHAINS.get(schema, "exception.chain")]

    assert whole == chain(error)
    assert ("Traceback (most recent" in line) == (schema in ("ecs", "gcp", "datadog"))


@pytest.mark.clause("X12")
def test_the_text_besides():
    """The text is there where it is asked for, and gone where it is not."""
    error = raised(ValueError("bad"))
    both = said(error, exception={"stacktrace": True})
    ecs = said(error, exception={"stacktrace": False}, schema="ecs")

    assert both["exception.stacktrace"] == describe(error).stacktrace
    assert "error.stack_trace" not in ecs


@pytest.mark.clause("X12")
def test_only_text():
    """The text is there where nothing else is: another formatter left it, or a capture."""
    left = json.loads(line_of(record(exc_text="Traceback"), exception="structured"))
    mark = (None, ("T", "m", "Traceback"), None, None, None)
    captured = json.loads(line_of(record(_tracefmt=mark), exception="structured"))

    assert left["exception.stacktrace"] == "Traceback"
    assert captured["exception.stacktrace"] == "Traceback"


@pytest.mark.clause("X12")
def test_a_formatter_with_its_own_text():
    """What a subclass makes of the exception is written beside the chain."""

    class Own(Formatter):
        def formatException(self, ei):  # logging's name
            return "own"

    formatter = Own(exception="structured", span_source=lambda: None)
    found = checked(formatter.format_bytes(record(exc_info=exc_info(raised(ValueError())))))

    assert (found["exception.stacktrace"], len(found["exception.chain"])) == ("own", 1)


@pytest.mark.clause("X12")
def test_a_schema_of_ones_own():
    """A schema without a field for it has one."""
    fields = [Field("m", Input.MESSAGE), Field("a", Input.ATTRIBUTES, Form.MEMBERS)]
    found = said(raised(ValueError("v")), schema=Schema("own", fields))

    assert list(found) == ["m", "exception.chain"]


@pytest.mark.clause("X13")
def test_locals():
    """Variables are text, cut and redacted, and there only if they were asked for."""

    def fails(password, user, text, values):
        raise ValueError(text)

    try:
        fails("hunter" + str(2), {"token": "t-1", "id": 7}, "x" * 500, list(range(500)))
    except ValueError as caught:
        error = caught
    redact = ["password", "**.token"]
    (one,) = chain(error, exception={"show_locals": True}, redact=redact)
    plain = json.dumps(said(error))

    assert one["frames"][-1]["locals"] == {
        "password": "[redacted]",
        "user": "{'token': '[redacted]', 'id': 7}",
        "text": "x" * 80 + "…<420 more>",
        "values": "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, '<more than 10 items>']",
    }
    assert "hunter2" not in plain
    assert '"locals"' not in plain


class Liar(Exception):
    """An exception that breaks whatever is asked of it."""

    __cause__ = property(lambda self: 1 // 0)
    __notes__ = property(lambda self: 1 // 0)

    def __str__(self):
        raise ValueError


def test_hostile_exceptions():
    """Exceptions that break their own text, notes or links have lines."""
    shared = [1]
    for _ in range(60):
        shared = [shared, shared]
    bad = Raises(ValueError())
    for error in (Liar(), BadError(), ValueError(bad), OSError(bad, bad), ValueError(len(shared))):
        found = said(raised(error), exception={"show_locals": True})

        assert found["exception.chain"][0]["frames"]
        assert found["exception.chain"][0]["message"]


@given(
    st.sampled_from([*_registry.NAMES]),
    st.lists(st.text(max_size=300), min_size=1, max_size=4),
    st.integers(1, 60),
    st.sampled_from([1024, 2000, "container", None]),
    st.booleans(),
)
@pytest.mark.clause("X9")
def test_any_chain(schema, messages, depth, longest, show):
    """Any chain in any schema below any limit is a line with type and ids."""
    error = None
    for message in messages:
        error = raised(ValueError(message), error, 0)
    error = fallen(error, depth)
    options = {"exception": {"show_locals": show}, "max_line_bytes": longest, "project": "p"}
    line = line_of(record(exc_info=exc_info(error)), schema=schema, **options)

    assert "ValueError" in line
    assert longest is None or len(line.encode()) < (16384 if longest == "container" else longest)


@pytest.mark.clause("Q6")
def test_cut_chains():
    """In a line that is too long the innermost frames stay, of each exception."""
    error = raised(KeyError("wrapped"), fallen(ValueError("deep"), 40))
    subject = record("m" * 9000, exc_info=exc_info(error), a="x" * 9000)
    for schema in ("flat", "otlp", "ecs"):
        line = line_of(subject, schema=schema, exception="structured", max_line_bytes=9000)
        found = json.loads(line)
        if schema == "otlp":
            found = attributes_of(parsed(line)[2])
        first, second = found[CHAINS.get(schema, "exception.chain")]
        whole = chain(error)

        assert (first["type"], second["message"]) == ("KeyError", "deep")
        assert first["frames"] == whole[0]["frames"][-len(first["frames"]) :]
        assert second["frames"] == whole[1]["frames"][-len(second["frames"]) :]
        assert 0 < len(first["frames"]) <= len(second["frames"]) < 40
        assert re.search(r"frames: \d+ bytes", found["truncated"])


@pytest.mark.clause("Q1")
def test_long_messages():
    """Messages and notes of a chain are cut as others are."""
    error = raised(ValueError("v" * 50), raised(KeyError("k" * 50)))
    error.__notes__ = ["n" * 50]
    found = chain(error, max_string_length=10)

    messages = [one["message"] for one in found]

    assert messages == ["v" * 10 + "…<40 more>", "'" + "k" * 9 + "…<42 more>"]
    assert found[0]["notes"] == ["n" * 10 + "…<40 more>"]


@pytest.mark.clause("R3")
def test_behind_a_queue():
    """A queue handler that is told so takes the chain down, which can be pickled."""
    records = queue.SimpleQueue()
    handler = tracefmt.QueueHandler(records, exception="structured")
    error = raised(ValueError("bad"), raised(KeyError("k")))
    handler.handle(record(exc_info=exc_info(error)))
    sent = pickle.loads(pickle.dumps(records.get()))
    found = json.loads(line_of(sent, exception="structured"))
    as_text = json.loads(line_of(sent))

    assert found["exception.chain"] == chain(error)
    assert "exception.stacktrace" not in found
    assert as_text["exception.stacktrace"] == describe(error).stacktrace
    assert logging.Formatter().format(sent).count("Traceback") == 2


@pytest.mark.clause("D7")
def test_structlog():
    """Events have the chain, of `exc_info` and of what `dict_tracebacks` made of it."""
    error = raised(ValueError("bad"), raised(KeyError("k")))
    renderer = Renderer(output="text", exception="structured")
    direct = json.loads(renderer(None, "error", {"event": "e", "exc_info": error}))
    event_dict = {"event": "e", "exc_info": error}
    told = structlog.processors.dict_tracebacks(None, "error", event_dict)
    told = json.loads(renderer(None, "error", told))

    assert direct["exception.chain"] == chain(error)
    assert [one["type"] for one in told["exception.chain"]] == ["ValueError", "KeyError"]
    assert told["exception.chain"][1]["relation"] == "cause"
    assert [set(frame) for one in told["exception.chain"] for frame in one["frames"]] == [
        {"file", "line", "function"}
    ] * 4
    assert "locals" not in json.dumps(told)
