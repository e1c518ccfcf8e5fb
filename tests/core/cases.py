"""The cases of ``tests/cases``, read: their inputs as Python values."""

import array
import collections
import collections.abc
import datetime
import decimal
import enum
import json
import logging
import pathlib
import struct
import types
import uuid

import attrs
import msgspec
import numpy
import pydantic
import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from tests.core import hostile
from tests.core.line import CREATED, record

from tracefmt import Field, Schema, SpanContext, bind
from tracefmt.schemas import Form, Group, Input

FOLDER = pathlib.Path(__file__).parent.parent / "cases"
SPAN = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, 3)


def load(room):
    """Return the cases of one file for `pytest.mark.parametrize`."""
    cases = json.loads((FOLDER / f"{room}.json").read_text("ascii"))
    return [pytest.param(case, id=f"{case['clause']}: {case['why']}") for case in cases]


def rooms():
    """Return the names of the files."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def scalar(given):
    """Return a scalar case's input as the Python value."""
    if isinstance(given, str):
        return given
    (found,) = (_SCALARS[kind](text) for kind, text in given.items() if kind in _SCALARS)
    return found


def evaluate(given):
    """Return what an expression gives."""
    return eval(compile(given["python"], "<case>", "eval"), NAMESPACE.copy())


def options(case):
    """Return the formatter's options of a case."""
    return {key: _option(value) for key, value in case.get("options", {}).items()}


def _option(value):
    return evaluate(value) if isinstance(value, dict) and set(value) == {"python"} else value


_SCALARS = {
    "wtf8": lambda text: bytes.fromhex(text).decode("utf-8", "surrogatepass"),
    "int": int,
    "float": float,
    "bits": lambda text: struct.unpack(">d", bytes.fromhex(text))[0],
    "trace_id": int,
    "span_id": int,
    "trace_flags": int,
}


def raised(error, cause=None):
    """Return an exception that was raised, with the traceback that a file ``<case>`` would give."""
    try:
        exec(compile("raise error from cause", "<case>", "exec"), {"error": error, "cause": cause})
    except BaseException as caught:
        return caught.with_traceback(caught.__traceback__.tb_next)


def exc_info(error):
    """Return what logging makes of ``exc_info=error``."""
    return (type(error), error, error.__traceback__)


def without(subject, *names):
    """Return a record that lacks some attributes."""
    for name in names:
        delattr(subject, name)
    return subject


def of_class(kind, subject=None, **attributes):
    """Return a record of another class, with the attributes of a usual one."""
    made = kind.__new__(kind)
    made.__dict__.update({**vars(subject or record()), **attributes})
    return made


Within = collections.namedtuple("Within", "binding record")


def within(binding, subject):
    """Return a record that is to be formatted before the binding is undone."""
    return Within(binding, subject)


def raises(error):
    """Raise an exception, where an expression has to."""
    raise error


def call(event_dict, method_name="info", logger=None):
    """Return what structlog gives to its last processor, the event dict with a time."""
    if type(event_dict) is dict and "event" in event_dict:
        event_dict.setdefault("timestamp", CREATED)
    return logger, method_name, event_dict


def stack(kind, message, *frames, is_cause=False, notes=(), members=()):
    """Return an exception as `structlog.processors.dict_tracebacks` has it."""
    return {
        "exc_type": kind,
        "exc_value": message,
        "exc_notes": list(notes),
        "syntax_error": None,
        "is_cause": is_cause,
        "frames": [{"filename": f, "lineno": n, "name": name} for f, n, name in frames],
        "is_group": bool(members),
        "exceptions": list(members),
    }


class OwnMessage(logging.LogRecord):
    """A record with a message of its own."""

    def getMessage(self):
        return f"<{self.msg}>"


class BrokenMessage(logging.LogRecord):
    """A record whose message cannot be had."""

    def getMessage(self):
        raise ValueError("no message")


class BrokenName:
    """A logger whose name cannot be had."""

    name = property(lambda self: 1 // 0)


class BrokenMapping(collections.abc.Mapping):
    """An event dict that cannot be read."""

    def __getitem__(self, key):
        raise ValueError(key)

    def __iter__(self):
        raise ValueError

    def __len__(self):
        return 1


class Properties(logging.LogRecord):
    """A record whose level is computed, and whose function name cannot be."""

    levelname = property(lambda self: "COMPUTED", lambda self, value: None)
    funcName = property(lambda self: 1 // 0, lambda self, value: None)


class Slots:
    """Something that is used as a record, and has slots only."""

    __slots__ = ("args", "created", "levelname", "msg", "name")

    def __init__(self):
        self.name, self.msg, self.args = "slots", "slotted %s", ("in",)
        self.levelname, self.created = "INFO", 0.0

    def getMessage(self):
        return self.msg % self.args


Point = collections.namedtuple("Point", "x y")


class Level(enum.IntEnum):
    """An enumeration that is also an integer."""

    LOW = 1


class Order(pydantic.BaseModel, extra="allow"):
    """A pydantic model."""

    id: int
    card: str = pydantic.Field(repr=False)


@attrs.define
class User:
    """An attrs class."""

    name: str
    token: str = attrs.field(repr=False)


class Event(msgspec.Struct):
    """A msgspec struct."""

    kind: str
    size: int


NAMESPACE = {
    **{name: value for name, value in vars(hostile).items() if name[0] != "_"},
    **{
        module.__name__: module
        for module in (array, collections, datetime, decimal, logging, numpy, pathlib, types, uuid)
    },
    **{
        value.__name__: value
        for value in (
            *(Field, Schema, SpanContext, Form, Group, Input),
            *(record, raised, exc_info, without, of_class, raises, call, stack),
            *(Context, bind, within),
            *(
                OwnMessage,
                BrokenMessage,
                BrokenName,
                BrokenMapping,
                Properties,
                Slots,
                Point,
                Level,
                Order,
                User,
                Event,
            ),
        )
    },
    "SPAN": SPAN,
    "trace": trace,
}
"""The names that an expression may use."""
