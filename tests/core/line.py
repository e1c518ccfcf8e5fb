"""Records and values in, checked lines out."""

import json
import logging
import re
from types import SimpleNamespace

from tracefmt import Formatter
from tracefmt.schemas import Field, Form, Input, Schema

CREATED = 1700000000.5
VALUE = Schema("value", [Field("attributes", Input.ATTRIBUTES, Form.MEMBERS)])
# What no line may hold: the ends of lines in ASCII and Unicode, and what drives a terminal.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def checked(line):
    """Return what a line says, or fail: it is one line of valid UTF-8 JSON without a key twice."""
    text = (line if isinstance(line, bytes) else line.encode()).decode("utf-8", "strict")
    assert not _FORBIDDEN.search(text), ascii(text)
    found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    assert type(found) is dict
    _no_surrogates(found)
    return found


def _unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def _refuse(name):
    raise AssertionError(f"{name} is not JSON")


def _no_surrogates(value):
    """Fail where an escape stands for a lone surrogate: strict parsers refuse the whole line."""
    if type(value) is str:
        value.encode()
    elif type(value) is dict:
        _no_surrogates(list(value.keys()))
        _no_surrogates(list(value.values()))
    elif type(value) is list:
        for item in value:
            _no_surrogates(item)


def record(msg="hello", args=(), **attributes):
    """Return a log record that is the same each time; attributes may also replace standard ones."""
    made = logging.LogRecord("app", logging.INFO, "/app/main.py", 7, msg, (), None, "main")
    made.args = args
    made.created = CREATED
    made.__dict__.update(attributes)
    return made


def line_of(subject, **options):
    """Return the checked line of a record, without a span unless a source is given."""
    options.setdefault("span_source", lambda: None)
    line = Formatter(**options).format_bytes(subject)
    checked(line)
    return line.decode()


def value_text(value):
    """Return the JSON text of one value, taken from an attribute."""
    return _only_member(line_of(record(v=value), schema=VALUE))


def timestamp_text(created, form="rfc3339"):
    """Return the JSON text of one record's time."""
    return _only_member(line_of(record(created=created), schema=_one(Input.TIMESTAMP, form)))


def severity_text(number, form):
    """Return the JSON text of one record's level."""
    return _only_member(line_of(record(levelno=number), schema=_one(Input.LEVEL, form)))


def id_text(name, value, form="hex"):
    """Return the JSON text of one id of an otherwise valid span."""
    span = SimpleNamespace(**{"trace_id": 1, "span_id": 1, "trace_flags": 0, name: value})
    line = line_of(record(), schema=_one(Input(name), form), span_source=lambda: span)
    return _only_member(line)


def _one(given, form):
    return Schema("one", [Field("field", given, Form(form))])


def _only_member(line):
    return line[line.index(":") + 1 : -1]
