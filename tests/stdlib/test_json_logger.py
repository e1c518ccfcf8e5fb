"""Configurations of python-json-logger, with the class alone replaced."""

import functools
import json
import logging
import logging.config
import re
import time
from pathlib import Path

import pytest
from pythonjsonlogger import core as pjl
from pythonjsonlogger.json import JsonFormatter
from tests.core.line import checked, record

from tracefmt import ConfigurationError, Formatter, SpanContext

SPAN = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, 3)
PAGE = Path(__file__).parents[2] / "docs" / "coming-from-python-json-logger.md"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```\n```json\n(.*?)\n(.*?)\n```$",
    PAGE.read_text(),
    re.MULTILINE | re.DOTALL,
)
OURS = functools.partial(Formatter, span_source=lambda: SPAN)


class _Kept(logging.Handler):
    """Keeps the last record, at a time that is always the same."""

    def emit(self, record):
        """Keep it."""
        record.created, record.msecs = 1700000000.123456, 123.0
        self.record = record


@pytest.fixture
def utc(monkeypatch):
    """A machine whose local time is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def shown(code, formatter_class):
    """Return the line of an example, or the error that it ends in."""
    log, kept = logging.Logger("app"), _Kept()
    log.addHandler(kept)
    namespace = {"log": log, "JsonFormatter": formatter_class}
    exec(code, namespace)
    try:
        return namespace["formatter"].format(kept.record)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(("code", "theirs", "ours"), EXAMPLES)
def test_side_by_side(code, theirs, ours):
    """Both libraries write what the page says."""
    assert shown(code, JsonFormatter) == theirs
    assert shown(code, OURS) == ours
    checked(ours)


def test_there_are_examples():
    """The page has examples, and each code block is one."""
    assert len(EXAMPLES) == PAGE.read_text().count("```python\n") == 9


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    "options",
    [
        {"fmt": "%(levelname)s:%(name)s - %(message)s"},
        {"fmt": "{levelname:<8} {message!s}", "style": "{"},
        {"fmt": "$levelname ${message} $$5", "style": "$"},
        {"fmt": " levelname, message ,", "style": ","},
        {"fmt": ("message", "name", "message")},
        {"fmt": "%(message)s", "timestamp": True},
        {"fmt": "%(message)s", "timestamp": "at", "rename_fields": {"at": "when"}},
        {"fmt": "%(message)s", "timestamp": False, "json_ensure_ascii": False, "prefix": ""},
        {"fmt": "%(message)s", "rename_fields": {"levelname": "nobody", "message": "m"}},
        {"fmt": "%(message)s", "static_fields": {"a": [1]}, "rename_fields": {"a": "b"}},
        {"fmt": "%(message)s", "reserved_attrs": [*pjl.RESERVED_ATTRS, "left"]},
        {"fmt": "%(pathname)s %(filename)s %(lineno)d %(funcName)s %(levelno)s %(message)s"},
        {"fmt": "%(process)d %(processName)s %(thread)d %(threadName)s %(created)f"},
        {"fmt": "%(message)s", "validate": False},
    ],
)
def test_same_members(options):
    """Keys, values and their order are python-json-logger's, where no value is one of time's."""
    subject = record("hello %s", ("é",), left=3, order={"id": 1})
    theirs = JsonFormatter(**options).format(subject)
    if "left" in str(options):
        assert '"left"' not in theirs
    if options.get("style") == "{":  # it takes the width for a part of the name
        theirs = theirs.replace('"levelname:<8": null', '"levelname": "INFO"')
        theirs = theirs.replace('"message!s": null', '"message": "hello \\u00e9"')
    ours = Formatter(**options, span_source=lambda: None).format(subject)

    plain = re.sub(r"\+00:00", "Z", theirs)
    wanted = json.loads(plain, object_pairs_hook=list)
    found = json.loads(ours, object_pairs_hook=list)
    assert [(key, _time(value)) for key, value in found] == [(k, _time(v)) for k, v in wanted]


def _time(value):
    return value.replace("20.500000Z", "20.5Z") if type(value) is str else value


def test_all_of_logging_s_own():
    """With an empty `reserved_attrs`, all that logging puts on a record is in the line."""
    found = checked(Formatter("%(message)s", reserved_attrs=[]).format(record()))

    assert {"name", "levelname", "levelno", "pathname", "lineno", "thread", "process"} <= set(found)


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("datefmt", "written"),
    [
        (None, '"2023-11-14T22:13:20.500+00:00"'),
        ("%Y-%m-%dT%H:%M:%S%z", '"2023-11-14T22:13:20.500+00:00"'),
        ("%Y-%m-%dT%H:%M:%SZ", '"2023-11-14T22:13:20.500Z"'),
        ("%s", "1700000000.500000"),
    ],
)
def test_datefmt(datefmt, written):
    """`datefmt` says which zone the time has, with a format or without one."""
    line = Formatter("%(asctime)s", datefmt, span_source=lambda: None).format(record())
    assert line == f'{{"asctime":{written}}}'
    if datefmt is not None:
        assert f'"timestamp":{written}' in Formatter(datefmt=datefmt).format(record())


def test_without_a_format():
    """On a schema, logging's names mean its fields, and what is not there is not renamed."""
    formatter = Formatter(
        rename_fields={"levelname": "severity", "message": "m", "lineno": "line", "env": "stage"},
        static_fields={"env": "prod"},
        reserved_attrs=["left", "name"],
        timestamp=True,
        exclude=["timestamp"],
        span_source=lambda: None,
    )

    assert formatter.format(record(left=1, a=2)) == (
        '{"severity":"info","logger":"app","m":"hello","stage":"prod","a":2}'
    )


def test_with_our_own_options():
    """A format goes together with the other options."""
    formatter = Formatter(
        fmt="%(levelname)s %(asctime)s %(message)s",
        rename={"levelname": "level"},
        level="lower",
        timestamp="epoch_ms",
        nest="data",
        redact=["*.pin"],
        span_source=lambda: None,
    )

    assert formatter.format(record(user={"pin": 1})) == (
        '{"level":"info","asctime":1700000000500,"message":"hello",'
        '"data":{"user":{"pin":"[redacted]"}}}'
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fmt": "%(module)s"}, r"no field for 'module'; write %\(filename\)s"),
        ({"fmt": "no names%"}, "it names no field in the style '%'"),
        ({"fmt": []}, "it names no field"),
        ({"fmt": [1]}, "fmt: write a list of names"),
        ({"fmt": "%(message)s", "schema": "ecs"}, "give it or schema='ecs'"),
        ({"rename_fields": {"user": "u"}}, r"'user' is no field .*extra=\{'u': ...\}"),
        ({"rename_fields": ["a"]}, "rename_fields: write a mapping"),
        ({"static_fields": 1}, "static_fields: write a mapping"),
        ({"reserved_attrs": "left"}, "reserved_attrs: write a list"),
        ({"timestamp": False}, r"write exclude=\['timestamp'\]"),
        ({"timestamp": "time"}, "there is no form 'time'"),
        ({"defaults": {"a": 1}}, "write static="),
        (
            {"fmt": "%(message)s", "rename_fields": {"message": "trace_id"}},
            "'trace_id'; rename one",
        ),
        ({"json_indent": 2}, "a record is one line"),
        ({"json_ensure_ascii": True}, "lines are UTF-8"),
        ({"json_encoder": json.JSONEncoder}, "__tracefmt__"),
        ({"prefix": "@cee:"}, "a line is one JSON object"),
        ({"exc_info_as_array": True}, "a stacktrace is one text"),
        ({"rename_fields_keep_missing": True}, "an absent field is left out"),
    ],
)
def test_what_cannot_be_had(options, message):
    """It is refused where the formatter is made, with what to write instead."""
    with pytest.raises(ConfigurationError, match=message):
        Formatter(**options)


@pytest.mark.once
def test_unknown_option():
    """What is nobody's option is a TypeError, as for any function."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'servise'"):
        Formatter(servise="x")


@pytest.mark.parametrize("way", ["()", "class"])
def test_dict_config(way, capsys):
    """An entry for python-json-logger works with the class replaced."""
    options = {"format": "%(levelname)s %(message)s", "style": "%"}
    if way == "()":
        options.update(rename_fields={"levelname": "severity"}, timestamp="at")
    lines = []
    for name in ("pythonjsonlogger.json.JsonFormatter", "tracefmt.Formatter"):
        logging.config.dictConfig(
            {
                "version": 1,
                "disable_existing_loggers": False,
                "formatters": {"json": {way: name, **options}},
                "handlers": {
                    "err": {"class": "logging.StreamHandler", "formatter": "json", "level": "INFO"}
                },
                "loggers": {"tests.pjl": {"handlers": ["err"], "propagate": False}},
            }
        )
        capsys.readouterr()  # dictConfig closes older handlers, and they say what they lost
        logger = logging.getLogger("tests.pjl")
        logger.warning("up")
        lines.append(list(json.loads(capsys.readouterr().err)))
        logger.handlers.clear()

    assert lines[0] == lines[1]
