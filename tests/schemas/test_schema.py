"""`Schema`: layouts of one's own, and changed ones."""

import copy
import pickle

import pytest
from tests.core.line import line_of, record

from tracefmt import ConfigurationError, Field, Formatter, Schema, SpanContext, schemas
from tracefmt.schemas import Form, Group, Input

MINE = Schema(
    "mine",
    [
        Field("time", Input.TIMESTAMP, Form.EPOCH_MS),
        Field("text", Input.MESSAGE),
        Group("place", (Field("file", Input.FILE_NAME), Field("line", Input.LINE_NUMBER))),
        Field("static", Input.STATIC, Form.MEMBERS),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
    ],
)


def test_one_of_my_own():
    """A schema of fields and groups is written as it is."""
    assert line_of(record(a=1), schema=MINE, callsite=True) == (
        '{"time":1700000000500,"text":"hello","place":{"file":"main.py","line":7},"a":1}'
    )


def test_changed():
    """`rename`, `exclude`, `static` and `order` give another schema, and can be chained."""
    schema = (
        schemas.get("flat")
        .exclude("timestamp", "logger")
        .rename({"level": "severity"})
        .static({"env": "prod"})
        .order("message", "severity")
    )

    assert line_of(record(env="x", a=1), schema=schema) == (
        '{"message":"hello","severity":"info","env":"prod","env_":"x","a":1}'
    )
    assert line_of(record(), exclude=["timestamp"]).startswith('{"level":')  # flat itself stays


@pytest.mark.once
def test_equality_and_copies():
    """Equal parts make equal schemas, which can be hashed, copied and pickled."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(MINE, protocol)) == MINE
    assert MINE == copy.deepcopy(MINE) == copy.copy(MINE)
    assert hash(copy.deepcopy(MINE)) == hash(MINE)
    assert MINE.exclude("text") != MINE
    assert repr(MINE) == "<Schema 'mine': time, text, place, file, line>"


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MINE.rename({"txt": "t"}), "rename: 'txt' is no field of schema 'mine'; its"),
        (lambda: MINE.exclude("txt"), "exclude: 'txt' is no field of schema 'mine'; its fields"),
        (lambda: MINE.order("line"), "order: 'line' is no field of schema 'mine'; its fields"),
        (lambda: MINE.static({"text": 1}), "schema 'mine': two fields have the key 'text'"),
        (lambda: MINE.static({"": 1}), "schema 'mine': a key is text and not empty, not ''"),
        (
            lambda: Schema("s", [Field("a", "level")]),
            "schema 's': field 'a' has 'level' for its input; write an Input",
        ),
        (
            lambda: Schema("s", [Field("a", Input.SPAN_ID, Form.XRAY)]),
            "schema 's': field 'a' cannot write Input.SPAN_ID as Form.XRAY; write Form.DECIMAL or",
        ),
        (
            lambda: Schema("s", [Group("g", (), Form.HEX)]),
            "schema 's': group 'g' cannot be a Form.HEX; Form.KEY_VALUES or Form.LIST or",
        ),
        (
            lambda: Schema("s", [Field(k, Input.ATTRIBUTES, Form.MEMBERS) for k in "ab"]),
            "schema 's': Input.ATTRIBUTES stands at 2 places; leave one",
        ),
        (lambda: Formatter("gcp"), "project: the id of the Google Cloud project is part of each"),
        (lambda: Formatter("gcp", project=5), "project: the id of the Google Cloud project is"),
        (lambda: Formatter(timestamp="iso"), "timestamp: there is no form 'iso'; write one of"),
        (lambda: Formatter(level="loud"), "level: there is no form 'loud'; write one of lower,"),
        (
            lambda: Formatter("gcp", project="p", level="lower"),
            "level: schema 'gcp' has no level that may be written in another form; leave",
        ),
        (lambda: Formatter(callsite="LOUD"), "callsite: write True, False, or the level from"),
        (lambda: Formatter(callsite=1.5), "callsite: write True, False, or the level from"),
        (lambda: Formatter(process="yes"), "process: write True or False, not 'yes'"),
        (lambda: Formatter(nest=""), "schema 'flat': a key is text and not empty, not ''"),
        (lambda: Formatter(nest="level"), "schema 'flat': two fields have the key 'level'"),
        (lambda: Formatter(resource="prod"), "resource: write a mapping such as"),
        (
            lambda: Formatter(resource={"level": 1}),
            "resource: 'level' is a field of schema 'flat'; choose another key",
        ),
    ],
)
def test_what_cannot_work(make, message):
    """What cannot work is refused where it is made, with what to write instead."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value).startswith(message)


def test_project_of_the_environment(monkeypatch):
    """GOOGLE_CLOUD_PROJECT names the project where the option does not."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "from-env")

    assert "projects/from-env/traces/" in Formatter(
        "gcp", span_source=lambda: SpanContext(1, 2, 3)
    ).format(record())


def test_resource_of_opentelemetry():
    """The SDK's own `Resource` will do for the option `resource`."""
    resources = pytest.importorskip("opentelemetry.sdk.resources")
    resource = resources.Resource({"service.name": "shop", "service.version": "2"})

    line = line_of(record(), schema="ecs", resource=resource, exclude=["@timestamp"])
    assert '"service.name":"shop","service.version":"2"' in line


@pytest.mark.parametrize("schema", ["flat", "ecs", "datadog", "logstash", "aws"])
def test_exclude_and_rename_in_each(schema):
    """Fields of every schema can be left out and renamed, and stay reserved."""
    line = line_of(
        record(message="x", text="y"), schema=schema, rename={"message": "text"}, thread=False
    )

    assert '"text":"hello"' in line
    assert '"text_":"y"' in line
    assert '"message"' not in line
