"""OTLP: every line is one that protobuf's own parser takes, and says what was logged."""

import base64
import io
import json
import logging
import math
import uuid

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from tests.core.hostile import HOSTILE, OddText, OfBadClass, Raises
from tests.core.line import checked, record
from tests.schemas.events import SPAN, events

import tracefmt
from tracefmt import ConfigurationError, Formatter

ENDLESS = {"growing list", "list without end"}  # Python's own `str` of them never comes back
LONG = {"sequence without end", "list without end"}  # 100,000 items take protobuf seconds


def parsed(line):
    """Return the resource's attributes, the scope and the one record of a line, as protobuf."""
    data = json.loads(line)
    (resource_logs,) = data["resourceLogs"]
    (scope_logs,) = resource_logs["scopeLogs"]
    (log,) = scope_logs["logRecords"]
    for key, size in (("traceId", 16), ("spanId", 8)):
        if key in log:
            raw = bytes.fromhex(log[key])
            assert len(raw) == size
            assert any(raw)
            log[key] = base64.b64encode(raw).decode()  # protobuf's own form, OTLP's is hex
    logs = ParseDict(data, LogsData()).resource_logs[0]
    return logs.resource.attributes, logs.scope_logs[0].scope, logs.scope_logs[0].log_records[0]


def of(subject, span=SPAN, **options):
    """Return the protobuf message that a record's line is, its keys checked to be unique."""
    line = Formatter("otlp", service="s", span_source=lambda: span, **options).format_bytes(subject)
    checked(line)
    _, scope, log = parsed(line)
    keys = [pair.key for pair in log.attributes]
    assert len(keys) == len(set(keys))
    return scope, log


def value_of(any_value):
    """Return an AnyValue as Python has it."""
    kind = any_value.WhichOneof("value")
    if kind is None:
        return None
    value = getattr(any_value, kind)
    if kind == "array_value":
        return [value_of(item) for item in value.values]
    if kind == "kvlist_value":
        return {pair.key: value_of(pair.value) for pair in value.values}
    return value


def attributes_of(log):
    """Return a record's attributes as a dict."""
    return {pair.key: value_of(pair.value) for pair in log.attributes}


def test_what_comes_back():
    """Time, severity, body, scope, ids and attributes are those of the record."""
    subject = record("paid %d", (7,), levelno=30, levelname="WARNING", name="app.orders", sku="A1")
    subject.created = 1700000000.123456
    scope, log = of(subject)

    assert scope.name == "app.orders"
    assert log.time_unix_nano == log.observed_time_unix_nano == 1700000000123456000
    assert (log.severity_number, log.severity_text) == (13, "WARNING")
    assert value_of(log.body) == "paid 7"
    assert attributes_of(log) == {"sku": "A1"}
    assert log.flags == 3
    assert log.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert log.span_id.hex() == "b7ad6b7169203331"


def test_without_a_span():
    """Without a span there are neither ids nor flags."""
    _, log = of(record(), span=None)

    assert (log.trace_id, log.span_id, log.flags) == (b"", b"", 0)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name):
    """Each hostile value, as attribute, in a container, as argument and as field of the record."""
    make, _ = HOSTILE[name]
    subjects = [record(v=make(), **{"": make(), "a b": [make(), {"k": make()}]})]
    if name in LONG:
        subjects = [record(v=make())]
    elif name not in ENDLESS:
        subjects.append(record("%s", (make(),), name=make(), levelname=make()))
    for subject in subjects:
        _, log = of(subject)

        assert log.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
        assert log.severity_number == 9
        assert log.body.WhichOneof("value") == "string_value"
        assert log.time_unix_nano == 1700000000500000000


def test_odd_records():
    """Whatever stands in logging's own attributes, the line has the protocol's types."""
    for odd in (Raises(ValueError()), OddText("x"), OfBadClass(), 5, None, {}, []):
        second = record("%d", (odd,), levelno=odd, name=odd, created=odd)
        for subject in (record(odd, k=odd), second):
            subject.pathname = subject.lineno = subject.thread = subject.stack_info = odd
            of(subject, callsite=True, process=True, thread=True)


def test_golden_events():
    """The events of the golden files keep severity and exception."""
    levels = [of(subject)[1].severity_number for subject, _ in events()]
    _, log = of(events()[3][0], callsite="ERROR")
    found = attributes_of(log)

    assert levels == [13, 9, 9, 17, 9, 5, 12, 21, 9]
    assert (found["exception.type"], found["exception.message"]) == ("ValueError", "bad")
    assert found["exception.stacktrace"].startswith("Traceback (most recent call last):")
    assert (found["code.file.path"], found["code.line.number"]) == ("/app/orders.py", 42)


@pytest.mark.clause("B9")
def test_kinds():
    """Each kind of value is the AnyValue of its kind, and comes back."""
    values = {
        "text": "é\n",
        "whole": -(2**63),
        "ratio": 1.5,
        "yes": True,
        "nothing": None,
        "raw": b"\x00\xff",
        "view": memoryview(bytearray(b"ab")),
        "list": [1, None, [], {}],
        "object": {"a": {"b": [1]}, 1: 2},
    }
    found = attributes_of(of(record(**values))[1])

    assert found == {**values, "view": b"ab", "object": {"a": {"b": [1]}, "1": 2}}
    assert type(found["yes"]) is bool


def test_wide_integers_and_no_numbers():
    """What the protocol's integers cannot hold is text; NaN and infinities are doubles."""
    values = {"wide": 2**63, "huge": 16**5000, "low": -(2**63) - 1, "inf": -math.inf}
    found = attributes_of(of(record(nan=math.nan, **values))[1])

    assert math.isnan(found.pop("nan"))
    assert found == {
        "wide": "9223372036854775808",
        "huge": "0x1" + "0" * 5000,
        "low": "-9223372036854775809",
        "inf": -math.inf,
    }


@pytest.mark.clause("B10")
def test_depth():
    """Thirty containers are written; what is inside of them is a mark."""

    def nested(depth, wrap):
        value = "end"
        for _ in range(depth):
            value = wrap(value)
        return value

    for wrap in (lambda inner: [inner], lambda inner: {"k": inner}):
        assert attributes_of(of(record(v=nested(30, wrap)))[1]) == {"v": nested(30, wrap)}
        text = json.dumps(attributes_of(of(record(v=nested(31, wrap)))[1]))
        assert "<max depth>" in text
        assert "end" not in text


@pytest.mark.parametrize("created", [-1.0, 0, math.nan, 1e300, "now", None, 2e10])
def test_times_that_the_protocol_lacks(created):
    """A time that its integers cannot hold is zero, the protocol's word for unknown."""
    _, log = of(record(created=created))

    assert log.time_unix_nano == 0


def test_names_of_the_protocol_are_free_for_attributes():
    """An attribute may be called as a field of the protocol; one called as our own is renamed."""
    subject = record(**{"body": 1, "traceId": "forged", "exception.type": "x", "env": "y"})
    found = attributes_of(of(subject, static={"env": "prod"})[1])

    assert found == {
        "env": "prod",
        "body": 1,
        "traceId": "forged",
        "exception.type_": "x",
        "env_": "y",
    }


def test_nest():
    """Nested attributes are one attribute that is a list of keys and values."""
    found = attributes_of(of(record(a=1, b=[2]), nest="data")[1])

    assert found == {"data": {"a": 1, "b": [2]}}


def test_resource(monkeypatch):
    """The resource is what the environment and the options say; options go first."""
    variable = "service.name=env,deployment.environment.name=prod,host.name=h%2C1"
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", variable)
    formatter = Formatter("otlp", resource={"host.name": "h2", "k8s.pods": 3})
    attributes, _, _ = parsed(formatter.format_bytes(record()))
    found = {pair.key: value_of(pair.value) for pair in attributes}

    assert uuid.UUID(found.pop("service.instance.id")).version == 4
    assert found == {
        "service.name": "env",
        "deployment.environment.name": "prod",
        "host.name": "h2",
        "k8s.pods": 3,
    }


def test_resource_without_a_name():
    """Without a name it is OpenTelemetry's unknown service; an instance has one id."""
    (first, second) = (Formatter("otlp").format_bytes(record()) for _ in range(2))
    found = {pair.key: value_of(pair.value) for pair in parsed(first)[0]}

    assert found["service.name"] == "unknown_service:python"
    assert first == second
    assert first.index(b"timeUnixNano") < 1000  # files are told apart by so many bytes


@pytest.mark.once
@pytest.mark.parametrize(
    "options", [{"rename": {"body": "text"}}, {"timestamp": "epoch"}, {"level": "lower"}]
)
def test_the_protocol_stays(options):
    """Its keys cannot be renamed, nor its forms changed."""
    with pytest.raises(ConfigurationError, match="otlp"):
        Formatter("otlp", **options)


def test_attributes_can_be_renamed():
    """Attributes that the schema writes can be."""
    line = Formatter("otlp", callsite=True, rename={"code.line.number": "line"}).format(record())

    assert '{"key":"line","value":{"intValue":"7"}}' in line


def test_logger():
    """A logger of tracefmt writes bound and keyword fields as the protocol has them."""
    out = io.StringIO()
    handler = tracefmt.StreamHandler(out, formatter=Formatter("otlp", span_source=lambda: SPAN))
    logger = tracefmt.get_logger("tests.otlp")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        logger.bind(request=1, tags=["a"]).warning("paid", order=7)
    finally:
        logger.removeHandler(handler)
    _, scope, log = parsed(out.getvalue())

    assert (scope.name, log.severity_number) == ("tests.otlp", 13)
    assert attributes_of(log) == {"request": 1, "tags": ["a"], "order": 7}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    lambda items: st.lists(items, max_size=3) | st.dictionaries(st.text(), items, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1).map(lambda key: "k" + key), JSON, max_size=4))
def test_any_attributes_come_back(attributes):
    """Whatever is logged is what is read."""
    assert attributes_of(of(record(**attributes))[1]) == attributes
