"""The rules of Elastic, Google, Datadog and AWS, over everything hostile that there is."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.hostile import HOSTILE, OddText, OfBadClass, Raises
from tests.core.line import checked, record
from tests.schemas.events import OPTIONS, SPAN, events

from tracefmt import Formatter, SpanContext, bind
from tracefmt.exceptions import ConfigurationError

KEYS = ["level", "message", "log", "log.level", "error", "ecs.version", "labels"]
NAMES = st.lists(st.sampled_from(["a", "b", "a_", "", " ", "log", "level"]), min_size=1, max_size=4)
PATHS = NAMES.map(".".join) | st.sampled_from([*KEYS, "trace.id.x", "error.type.x"])
ATTRIBUTES = st.dictionaries(
    PATHS,
    st.recursive(
        st.integers(0, 9),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(PATHS, inner, max_size=4),
        max_leaves=6,
    ),
    max_size=6,
)
ENDLESS = {"growing list", "list without end"}  # Python's own `str` of them never comes back
SEVERITIES = {
    *("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR"),
    *("CRITICAL", "ALERT", "EMERGENCY"),
}


def written(schema, subject, span=SPAN, **options):
    """Return what a line says, and its text."""
    formatter = Formatter(schema, **{**OPTIONS, **options}, span_source=lambda: span)
    line = formatter.format_bytes(subject)
    return checked(line), line


def corpus():
    """Return records that hold all that is hostile, as value, message, argument and name."""
    odd = [Raises(ValueError()), OddText("x"), OfBadClass(), 5, None, {"a": 1}, ["x"], "\udc80"]
    yield from (made for made, _ in events())
    for name, (make, _) in HOSTILE.items():
        yield record(v=make(), **{"a b": make()})
        if name not in ENDLESS:
            yield record("%s", (make(),))
    for value in odd:
        yield record(value, k=value)
        yield record("%d", (value,), name=value, levelno=value, levelname=value)
        yield record(**dict.fromkeys(KEYS, value))


def paths(value, path=()):
    """Yield the dotted paths of all that is in an object, as Elasticsearch sees them."""
    for key, item in value.items():
        here = (*path, *key.split("."))
        yield here, isinstance(item, dict)
        if isinstance(item, dict):
            yield from paths(item, here)


def objects_in_arrays(value):
    """Yield the objects in the arrays of a value, which are looked at one by one."""
    inside = value.values() if isinstance(value, dict) else value
    for item in inside if isinstance(value, dict | list) else ():
        if isinstance(value, list) and isinstance(item, dict):
            yield item
        yield from objects_in_arrays(item)


def meets_no_other(found):
    """Fail where Elasticsearch would: a path that is twice or leads through a value, or no path."""
    for item in objects_in_arrays(found):
        meets_no_other(item)
    seen = list(paths(found))
    ends = [path for path, is_object in seen if not is_object]
    objects = {path[:end] for path, _ in seen for end in range(1, len(path))}
    assert len(set(ends)) == len(ends)
    assert not objects.intersection(ends)
    assert all(part.strip() for path in ends for part in path)


def test_ecs():
    """ecs-logging's order and types, one dotted key a field, and no path through a value."""
    for subject in corpus():
        found, _ = written("ecs", subject)

        assert list(found)[:3] == ["@timestamp", "log.level", "message"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["@timestamp"])
        assert found["ecs.version"] == "8.11.0"
        assert type(found["message"]) is type(found["log.logger"]) is str
        assert re.fullmatch("[0-9a-f]{32}", found["trace.id"])
        assert re.fullmatch("[0-9a-f]{16}", found["span.id"])
        meets_no_other(found)


@pytest.mark.parametrize("schema", ["ecs", "logstash"])
@given(ATTRIBUTES, ATTRIBUTES)
def test_paths(core, schema, attributes, bound):
    """Whatever the attributes and bound fields, no path is both a value and an object."""
    with bind(**bound):
        found, _ = written(schema, record(**attributes))

    meets_no_other(found)


@pytest.mark.parametrize(
    "options",
    [
        {"static": {"log": 1}},
        {"static": {"a": 1, "a.b": 2}},
        {"resource": {"trace.id.x": 1}},
        {"rename": {"message": "log"}},
        {"nest": "service"},
        {"nest": "log.level.x"},
    ],
)
def test_options_that_would_meet(options):
    """An option that makes a path both a value and an object is refused."""
    with pytest.raises(ConfigurationError, match="leads through"):
        Formatter("ecs", **options)


def test_ecs_error():
    """An exception is under ``error.*``, its place with a numeric line under ``log.origin.*``."""
    found, _ = written("ecs", events()[3][0])

    assert (found["error.type"], found["error.message"]) == ("ValueError", "bad")
    assert found["error.stack_trace"].startswith("Traceback (most recent call last):")
    assert found["log.origin.file.name"] == "orders.py"
    assert found["log.origin.file.line"] == 42


def test_gcp():
    """Each special key has the type that Cloud Logging asks for."""
    for subject in corpus():
        found, _ = written("gcp", subject)
        special = {key for key in found if key.startswith("logging.googleapis.com/")}

        assert found["severity"] in SEVERITIES
        assert type(found["message"]) is str
        assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{6}Z", found["time"])
        assert not {"timestamp", "timestampSeconds", "timestampNanos"} & found.keys()
        trace = found["logging.googleapis.com/trace"]
        assert re.fullmatch("projects/my-proj/traces/[0-9a-f]{32}", trace)
        assert re.fullmatch("[0-9a-f]{16}", found["logging.googleapis.com/spanId"])
        assert found["logging.googleapis.com/trace_sampled"] is True
        labels = found["logging.googleapis.com/labels"]
        assert {type(value) for value in labels.values()} == {str}
        assert found["serviceContext"] == {"service": "checkout", "version": "1.2.3"}
        assert special <= {
            f"logging.googleapis.com/{name}"
            for name in ("trace", "spanId", "trace_sampled", "labels", "sourceLocation")
        }


def test_gcp_without_a_span():
    """Without a span its three keys are absent, not empty."""
    found, line = written("gcp", record(), span=None)

    assert b"spanId" not in line
    assert b"trace" not in line
    assert found["severity"] == "INFO"


def test_datadog():
    """The ids are strings in ddtrace's form; nothing else claims to be the status or the time."""
    for subject in corpus():
        found, _ = written("datadog", subject)

        assert found["dd.trace_id"] == "0af7651916cd43dd8448eb211c80319c"
        assert found["dd.span_id"] == "13235353014750950193"
        assert (found["dd.service"], found["dd.env"], found["dd.version"]) == (
            "checkout",
            "prod",
            "1.2.3",
        )
        assert not {"@timestamp", "severity", "service", "trace_id"} & found.keys()


def test_datadog_as_ddtrace_writes_it():
    """The ids are those that ddtrace itself puts into logs, for ids of both widths."""
    for trace_id in (0x0AF7651916CD43DD8448EB211C80319C, 2**64 - 1, 2**64, 1):
        found, _ = written("datadog", record(), span=SpanContext(trace_id, 2**63, 1))
        wide = trace_id > 2**64 - 1

        assert found["dd.trace_id"] == (f"{trace_id:032x}" if wide else str(trace_id))
        assert found["dd.span_id"] == str(2**63)


def test_aws_and_logstash():
    """X-Ray's id stands beside that of W3C; Logstash's version is text."""
    for subject in corpus():
        found, _ = written("aws", subject)
        assert found["xray_trace_id"] == "1-0af76519-16cd43dd8448eb211c80319c"
        assert found["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
        found, _ = written("logstash", subject)
        assert found["@version"] == "1"
        meets_no_other(found)


@pytest.mark.parametrize("schema", ["datadog", "flat"])
def test_variables_of_datadog(schema, monkeypatch):
    """DD_SERVICE and its like go before OpenTelemetry's variables, in Datadog's layout alone."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "otel")
    monkeypatch.setenv("DD_SERVICE", "dd")
    line = Formatter(schema, span_source=lambda: None).format(record())

    assert ("dd" if schema == "datadog" else "otel") in json.loads(line).values()
