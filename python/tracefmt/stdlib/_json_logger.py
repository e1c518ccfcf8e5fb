"""
The options of python-json-logger, as a schema and options of our own.

So a configuration of ``pythonjsonlogger.json.JsonFormatter`` (3 and 4) works with its class alone
replaced.  What cannot be had is refused with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from tracefmt._cold.record import STANDARD
from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas import Field, Form, Input, Schema, get
from tracefmt.schemas._options import TIMES
from tracefmt.schemas._schema import leaves

_FIELDS = {
    "asctime": (Input.TIMESTAMP, Form.LOCAL_MS),
    "created": (Input.TIMESTAMP, Form.EPOCH),
    "name": (Input.LOGGER, Form.VALUE),
    "levelname": (Input.LEVEL, Form.VALUE),
    "levelno": (Input.LEVEL, Form.NUMBER),
    "message": (Input.MESSAGE, Form.VALUE),
    "pathname": (Input.FILE_PATH, Form.VALUE),
    "filename": (Input.FILE_NAME, Form.VALUE),
    "lineno": (Input.LINE_NUMBER, Form.VALUE),
    "funcName": (Input.FUNCTION_NAME, Form.VALUE),
    "process": (Input.PROCESS_ID, Form.VALUE),
    "processName": (Input.PROCESS_NAME, Form.VALUE),
    "thread": (Input.THREAD_ID, Form.VALUE),
    "threadName": (Input.THREAD_NAME, Form.VALUE),
    "exc_info": (Input.EXCEPTION_STACKTRACE, Form.VALUE),
    "stack_info": (Input.STACK_INFO, Form.VALUE),
}
"""What logging puts on a record itself, and how it is written."""

_OF_TRACERS = {
    "otelTraceID": (Input.TRACE_ID, Form.HEX),
    "otelSpanID": (Input.SPAN_ID, Form.HEX),
    "otelTraceSampled": (Input.TRACE_FLAGS, Form.SAMPLED),
    "otelServiceName": (Input.SERVICE, Form.VALUE),
    "dd.trace_id": (Input.TRACE_ID, Form.DATADOG),
    "dd.span_id": (Input.SPAN_ID, Form.DECIMAL),
    "dd.service": (Input.SERVICE, Form.VALUE),
    "dd.env": (Input.SERVICE_ENVIRONMENT, Form.VALUE),
    "dd.version": (Input.SERVICE_VERSION, Form.VALUE),
}
"""What OpenTelemetry's LoggingInstrumentor and ddtrace put on a record: we know it ourselves."""

_WITHOUT_A_FIELD = {
    "module": "%(filename)s",
    "msecs": "%(asctime)s",
    "relativeCreated": "%(created)f",
    "msg": "%(message)s",
    "args": "%(message)s",
    "exc_text": "%(exc_info)s",
}
"""What no field is made of, and what says the same."""

_BESIDE = (
    Field("service", Input.SERVICE),
    Field("resource", Input.RESOURCE_REST, Form.MEMBERS),
    Field("static", Input.STATIC, Form.MEMBERS),
    Field("trace_id", Input.TRACE_ID, Form.HEX),
    Field("span_id", Input.SPAN_ID, Form.HEX),
    Field("trace_flags", Input.TRACE_FLAGS, Form.HEX),
    Field("exception.type", Input.EXCEPTION_TYPE),
    Field("exception.message", Input.EXCEPTION_MESSAGE),
    Field("exc_info", Input.EXCEPTION_STACKTRACE),
    Field("stack_info", Input.STACK_INFO),
    Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
    Field("args", Input.FORMAT_ARGS),
    Field("format_error", Input.FORMAT_ERROR),
)
"""What a line has where the format does not name it: in python-json-logger's order, with ours."""

_ALREADY_THERE = ("asctime", "exc_info", "stack_info")
_SHOWN = {
    "callsite": {"pathname", "filename", "lineno", "funcName"},
    "process": {"process", "processName"},
    "thread": {"thread", "threadName"},
}
_PATTERNS = {
    "%": re.compile(r"%\((.+?)\)"),
    "{": re.compile(r"(?<!\{)\{([^{}!:]+)[^{}]*\}"),
    "$": re.compile(r"(?<!\$)\$(?:\{([^}]+)\}|([A-Za-z_]\w*))"),
    ",": re.compile(r"([^,\s][^,]*?)\s*(?:,|$)"),
}
_REFUSED: dict[str, tuple[Any, str]] = {
    "prefix": ("", "a line is one JSON object; leave prefix out"),
    "rename_fields_keep_missing": (False, "an absent field is left out; leave this out"),
    "exc_info_as_array": (False, "a stacktrace is one text; leave this out"),
    "stack_info_as_array": (False, "a stack is one text; leave this out"),
    "json_default": (None, "give the type a method `__tracefmt__` that returns what is written"),
    "json_encoder": (None, "give the type a method `__tracefmt__` that returns what is written"),
    "json_serializer": (None, "tracefmt writes JSON itself; leave json_serializer out"),
    "json_indent": (None, "a record is one line; leave json_indent out"),
    "json_ensure_ascii": (False, "lines are UTF-8; leave json_ensure_ascii out"),
}
"""Options with the one value that is understood, and what to write in place of any other."""


class Given(NamedTuple):
    """The options of python-json-logger that change a line."""

    fmt: Any = None
    datefmt: str | None = None
    style: str = "%"
    defaults: Any = None
    rename_fields: Any = None
    static_fields: Any = None
    reserved_attrs: Any = None


def understood(options: dict[str, Any], given: Given, others: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the formatter's options with those of python-json-logger in them.

    Raises:
        ConfigurationError: one of them cannot be had; the message says what to write.
        TypeError: there is no such option.
    """
    _refuse(given, others)
    renamed = _mapping("rename_fields", given.rename_fields)
    static = {**_mapping("static_fields", given.static_fields), **(options["static"] or {})}
    reserved = _names("reserved_attrs", given.reserved_attrs)
    result = {**options, "static": {renamed.get(key, key): static[key] for key in static}}
    result["exclude"] = _excluded(options["exclude"], reserved)
    names = _fields_of(given)
    if names is None:
        return _of_schema(result, given, renamed, {*static, *STANDARD})
    key = options["timestamp"]
    if isinstance(key, bool) or key not in TIMES:
        result["timestamp"] = None
        key = "timestamp" if key is True else key or None
    else:
        key = None
    if reserved is not None:
        names += [name for name in _FIELDS if name not in {*reserved, *names, *_ALREADY_THERE}]
    known = {*names, *static, *STANDARD, "timestamp", *([key] if key else [])}
    _refuse_attributes(renamed, known - _attributes(names))
    result["schema"] = _schema(names, renamed, key, given.datefmt)
    return result


def _refuse(given: Given, others: Mapping[str, Any]) -> None:
    for name, value in others.items():
        if name not in _REFUSED:
            raise TypeError(f"Formatter.__init__() got an unexpected keyword argument {name!r}")
        usual, advice = _REFUSED[name]
        if value != usual:
            raise ConfigurationError(f"{name}={value!r}: {advice}")
    if given.style not in _PATTERNS:
        msg = f"style={given.style!r}: write one of {', '.join(_PATTERNS)}, or leave style out"
        raise ConfigurationError(msg)
    if given.defaults:
        msg = "defaults: write static= for fields with the same value in every line"
        raise ConfigurationError(msg)


def _mapping(option: str, given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{option}: write a mapping of names, not {given!r}")
    return dict(given)


def _names(option: str, given: Any) -> list[str] | None:
    if given is None:
        return None
    names = [] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if isinstance(given, str) or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f"{option}: write a list of names, not {given!r}")
    return names


def _excluded(exclude: Any, reserved: list[str] | None) -> Any:
    if reserved is None or isinstance(exclude, str):
        return exclude
    return (*exclude, *(name for name in reserved if name not in {*STANDARD, "taskName"}))


def _fields_of(given: Given) -> list[str] | None:
    """Return the names in a format, each once; None where there is no format."""
    fmt = given.fmt
    if fmt is None:
        return None
    if isinstance(fmt, str):
        found = _PATTERNS[given.style].findall(fmt)
        names = ["".join(name) if isinstance(name, tuple) else name for name in found]
    else:
        names = _names("fmt", fmt) or []
    if not names:
        msg = (
            f"fmt={fmt!r}: it names no field in the style {given.style!r}; write one such as "
            "'%(levelname)s %(message)s', or a schema in its place"
        )
        raise ConfigurationError(msg)
    for name in names:
        if name in _WITHOUT_A_FIELD:
            msg = f"fmt: there is no field for {name!r}; write {_WITHOUT_A_FIELD[name]}"
            raise ConfigurationError(msg)
    return list(dict.fromkeys(names))


def _attributes(names: Iterable[str]) -> set[str]:
    return {name for name in names if name not in _FIELDS and name not in _OF_TRACERS}


def _refuse_attributes(renamed: Mapping[str, Any], known: set[str]) -> None:
    for name, new in renamed.items():
        if name not in known and name not in _OF_TRACERS:
            msg = (
                f"rename_fields: {name!r} is no field of logging's but an attribute, which keeps "
                f"its name; write extra={{{new!r}: ...}} in the calls"
            )
            raise ConfigurationError(msg)


def _of_schema(
    options: dict[str, Any], given: Given, renamed: Mapping[str, Any], known: set[str]
) -> dict[str, Any]:
    """Return the options where there is no format: names mean the schema's own fields."""
    if options["timestamp"] is False:
        msg = "timestamp=False: write exclude=['timestamp'] for lines without a time"
        raise ConfigurationError(msg)
    if options["timestamp"] is True:
        options["timestamp"] = None
    if given.datefmt is not None and options["timestamp"] is None:
        options["timestamp"] = _form_of(given.datefmt).value
    keys = get(options["schema"])
    by_input = {field.input: field.key for field in reversed(list(leaves(keys.fields)))}
    found = {
        by_input[_FIELDS[name][0]]: new
        for name, new in renamed.items()
        if name in _FIELDS and _FIELDS[name][0] in by_input
    }
    _refuse_attributes({n: v for n, v in renamed.items() if n not in keys.keys}, known)
    found.update({name: new for name, new in renamed.items() if name in keys.keys})
    options["rename"] = {**found, **(options["rename"] or {})} or None
    return options


def _form_of(datefmt: str) -> Form:
    """Return how a time is written that has the format's zone, its date, and what it leaves out."""
    if datefmt == "%s":
        return Form.EPOCH
    return Form.RFC3339_MS if datefmt.endswith("Z") and "%Z" not in datefmt else Form.LOCAL_MS


def _schema(
    names: list[str], renamed: Mapping[str, str], timestamp: str | None, datefmt: str | None
) -> Schema:
    fields = []
    for name in names:
        field_input, form = _FIELDS.get(name) or _OF_TRACERS.get(name) or (None, Form.VALUE)
        if field_input is None:
            continue  # an attribute, which has its place among the others
        if name == "asctime" and datefmt is not None:
            form = _form_of(datefmt)
        fields.append(Field(renamed.get(name, name), field_input, form))
    if timestamp is not None:
        fields.append(Field(renamed.get(timestamp, timestamp), Input.TIMESTAMP, Form.RFC3339))
    taken = {field.input for field in fields}
    is_free: Callable[[Field], bool] = lambda field: field.input not in taken  # noqa: E731
    beside = [
        field._replace(key=renamed.get(field.key, field.key)) for field in _BESIDE if is_free(field)
    ]
    last = [fields.pop()] if timestamp is not None else []
    shown = {option: True for option, inside in _SHOWN.items() if inside.intersection(names)}
    return Schema("fmt", (*fields, *beside, *last), defaults=shown)
