"""A plan's steps as functions: one for each pair of input and form."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from tracefmt._python.scalar import id as ids
from tracefmt._python.scalar import timestamp
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import encode as encode_value
from tracefmt._python.value import encode_members

if TYPE_CHECKING:
    from tracefmt._python.encoder import Line
    from tracefmt.schemas import Plan

Writer: TypeAlias = "Callable[[Line], str | None]"
"""Returns the JSON text of one input, or None where the field is absent."""


def compile_steps(plan: Plan) -> list[tuple[str, Writer]]:
    """Return each step's prefix and writer."""
    return [(step.prefix, _WRITERS[step.input, step.form]) for step in plan.steps]


def _timestamp(line: Line) -> str:
    created = line.values.get("created")
    if type(created) is float or type(created) is int:
        text = timestamp.encode(created)
        if text is not None:
            return text
    return encode_value(created)


def _level(line: Line) -> str:
    name = line.values.get("levelname")
    return _lower(name) if type(name) is str else encode_value(name)


@lru_cache(maxsize=64)
def _lower(name: str) -> str:
    return encode_string(name.lower())


# Names of loggers and levels come again and again.
_recurring = lru_cache(maxsize=1024)(encode_string)


def _raw(name: str) -> Writer:
    def write(line: Line) -> str:
        value = line.values.get(name)
        return _recurring(value) if type(value) is str else encode_value(value)

    return write


def _recurring_unless_none(name: str) -> Writer:
    def write(line: Line) -> str | None:
        value = line.values.get(name)
        if type(value) is str:
            return _recurring(value)
        return None if value is None else encode_value(value)

    return write


def _unless_none(name: str) -> Writer:
    def write(line: Line) -> str | None:
        value = line.values.get(name)
        return None if value is None else encode_value(value)

    return write


def _id(index: int, encode: Callable[[int], str]) -> Writer:
    def write(line: Line) -> str | None:
        return None if line.span is None else encode(line.span[index])

    return write


def _exception(index: int) -> Writer:
    def write(line: Line) -> str | None:
        text = None if line.exception is None else line.exception[index]
        return None if text is None else encode_string(text)

    return write


def _format_args(line: Line) -> str | None:
    return None if line.format_args is None else encode_value(line.format_args)


def _format_error(line: Line) -> str | None:
    return None if line.error is None else encode_string(line.error)


_WRITERS: dict[tuple[str, str], Writer] = {
    ("constant", "value"): lambda _: "",
    ("timestamp", "rfc3339"): _timestamp,
    ("level", "lower"): _level,
    ("level", "value"): _raw("levelname"),
    ("logger", "value"): _recurring_unless_none("name"),
    ("message", "value"): lambda line: encode_string(line.message),
    ("trace_id", "hex"): _id(0, ids.trace_id),
    ("span_id", "hex"): _id(1, ids.span_id),
    ("trace_flags", "hex"): _id(2, ids.trace_flags),
    ("file_path", "value"): _unless_none("pathname"),
    ("line_number", "value"): _unless_none("lineno"),
    ("function_name", "value"): _unless_none("funcName"),
    ("attributes", "members"): lambda line: encode_members(line.attributes),
    ("format_args", "value"): _format_args,
    ("format_error", "value"): _format_error,
    ("exception_type", "value"): _exception(0),
    ("exception_message", "value"): _exception(1),
    ("exception_stacktrace", "value"): _exception(2),
    ("stack_info", "value"): _unless_none("stack_info"),
}
