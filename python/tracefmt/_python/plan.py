"""A plan's steps as functions: one for each pair of input and form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from tracefmt._python import any_value
from tracefmt._python.scalar import id as ids
from tracefmt._python.scalar import severity, timestamp
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import encode as encode_value
from tracefmt._python.value import encode_members, encode_text

if TYPE_CHECKING:
    from tracefmt._python.encoder import Line
    from tracefmt.schemas import Step

Writer: TypeAlias = "Callable[[Line], str | None]"
"""Returns the JSON text of one step, its key included, or None where the field is absent."""


def compile_steps(steps: Sequence[Step]) -> list[Writer]:
    """Return what writes each step."""
    return [_compiled(step) for step in steps]


def _compiled(step: Step) -> Writer:
    prefix, suffix = step.prefix, step.suffix
    if step.input == "constant":
        return lambda _: prefix
    if step.input == "group":
        return _group(step)
    if step.input == "from_level":
        return _from_level(int(step.form), compile_steps(step.steps))
    value = _WRITERS[step.input, step.form]
    if step.form in ("members", "paths", "key_values"):
        return value

    def write(line: Line) -> str | None:
        text = value(line)
        return None if text is None else f"{prefix}{text}{suffix}"

    return write


def _group(step: Step) -> Writer:
    writers = compile_steps(step.steps)
    opening, closing = "{}" if step.form == "object" else "[]"
    prefix, suffix = step.prefix + opening, closing + step.suffix

    def write(line: Line) -> str | None:
        inside = joined(writers, line)
        return f"{prefix}{inside[1:]}{suffix}" if inside else None

    return write


def _from_level(lowest: int, writers: list[Writer]) -> Writer:
    def write(line: Line) -> str | None:
        level = line.values.get("levelno")
        return joined(writers, line) if type(level) is int and level >= lowest else None

    return write


def joined(writers: Iterable[Writer], line: Line) -> str:
    """Return what all of them write."""
    return "".join([text for write in writers if (text := write(line)) is not None])


def _timestamp(form: str) -> Writer:
    write_time = timestamp.FORMS[form]

    def write(line: Line) -> str:
        created = line.values.get("created")
        if type(created) is float or type(created) is int:
            text = timestamp.encode(created, write_time)
            if text is not None:
                return text
        return '"0"' if form == "unix_nano" else encode_value(created)

    return write


def _cased(change: Callable[[str], str]) -> Writer:
    @lru_cache(maxsize=64)
    def changed(name: str) -> str:
        return encode_string(change(name))

    def write(line: Line) -> str:
        name = line.values.get("levelname")
        return changed(name) if type(name) is str else encode_value(name)

    return write


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


def _text(name: str) -> Writer:
    def write(line: Line) -> str:
        value = line.values.get(name)
        return _recurring(value) if type(value) is str else encode_text(value)

    return write


def _unless_none(name: str) -> Writer:
    def write(line: Line) -> str | None:
        value = line.values.get(name)
        return None if value is None else encode_value(value)

    return write


def _severity_number(line: Line) -> str:
    level = line.values.get("levelno")
    return str(severity.severity_number(level)) if type(level) is int else "0"


def _log_severity(line: Line) -> str:
    level = line.values.get("levelno")
    return severity.log_severity(level if type(level) is int else 0)


def _any(read: Callable[[Line], Any]) -> Writer:
    def write(line: Line) -> str | None:
        value = read(line)
        return None if value is None else any_value.encode(value)

    return write


def _part(index: int) -> Callable[[Line], Any]:
    return lambda line: None if line.exception is None else line.exception[index]


def _standard(name: str) -> Callable[[Line], Any]:
    return lambda line: line.values.get(name)


def _id(index: int, encode: Callable[[int], str]) -> Writer:
    def write(line: Line) -> str | None:
        return None if line.span is None else encode(line.span[index])

    return write


def _exception(index: int) -> Writer:
    def write(line: Line) -> str | None:
        text: Any = None if line.exception is None else line.exception[index]
        return None if text is None else encode_string(text)

    return write


def _trace_stale(line: Line) -> str | None:
    return None if line.stale is None else encode_string(line.stale)


def _rendered(line: Line) -> Any:
    """Return the stacktrace where there is nothing better."""
    return _part(2)(line) if _part(3)(line) is None else None


def _value(read: Callable[[Line], Any]) -> Writer:
    def write(line: Line) -> str | None:
        value = read(line)
        return None if value is None else encode_value(value)

    return write


def _format_args(line: Line) -> str | None:
    return None if line.format_args is None else encode_value(line.format_args)


def _format_args_text(line: Line) -> str | None:
    return None if line.format_args is None else encode_text(line.format_args)


def _format_error(line: Line) -> str | None:
    return None if line.error is None else encode_string(line.error)


_WRITERS: dict[tuple[str, str], Writer] = {
    **{("timestamp", form): _timestamp(form) for form in timestamp.FORMS},
    ("level", "lower"): _cased(str.lower),
    ("level", "upper"): _cased(str.upper),
    ("level", "value"): _raw("levelname"),
    ("level", "text"): _text("levelname"),
    ("level", "number"): lambda line: encode_value(line.values.get("levelno")),
    ("level", "severity_number"): _severity_number,
    ("level", "log_severity"): _log_severity,
    ("logger", "value"): _recurring_unless_none("name"),
    ("logger", "text"): _text("name"),
    ("message", "value"): lambda line: encode_string(line.message),
    ("trace_id", "hex"): _id(0, ids.trace_id),
    ("trace_id", "datadog"): _id(0, ids.datadog),
    ("trace_id", "xray"): _id(0, ids.xray),
    ("trace_id", "trace_name"): _id(0, ids.rest_of_name),
    ("span_id", "hex"): _id(1, ids.span_id),
    ("span_id", "decimal"): _id(1, ids.decimal),
    ("trace_flags", "hex"): _id(2, ids.trace_flags),
    ("trace_flags", "number"): _id(2, ids.number),
    ("trace_flags", "sampled"): _id(2, ids.sampled),
    ("trace_stale", "value"): _trace_stale,
    ("file_path", "value"): _unless_none("pathname"),
    ("file_name", "value"): _unless_none("filename"),
    ("line_number", "value"): _unless_none("lineno"),
    ("function_name", "value"): _unless_none("funcName"),
    ("process_id", "value"): _unless_none("process"),
    ("process_name", "value"): _unless_none("processName"),
    ("thread_id", "value"): _unless_none("thread"),
    ("thread_name", "value"): _unless_none("threadName"),
    ("attributes", "members"): lambda line: encode_members(line.attributes),
    ("attributes", "paths"): lambda line: encode_members(line.attributes, paths=True),
    ("format_args", "value"): _format_args,
    ("format_args", "text"): _format_args_text,
    ("format_error", "value"): _format_error,
    ("exception_type", "value"): _exception(0),
    ("exception_message", "value"): _exception(1),
    ("exception_stacktrace", "value"): _exception(2),
    ("exception_rendered", "value"): _value(_rendered),
    ("exception_chain", "value"): _value(_part(3)),
    ("stack_info", "value"): _unless_none("stack_info"),
    **{
        (given, "any_value"): _any(_standard(name))
        for given, name in {
            "file_path": "pathname",
            "file_name": "filename",
            "line_number": "lineno",
            "function_name": "funcName",
            "process_id": "process",
            "process_name": "processName",
            "thread_id": "thread",
            "thread_name": "threadName",
            "stack_info": "stack_info",
        }.items()
    },
    ("message", "any_value"): _any(lambda line: line.message),
    ("attributes", "key_values"): lambda line: any_value.encode_key_values(line.attributes),
    ("format_args", "any_value"): _any(lambda line: line.format_args),
    ("trace_stale", "any_value"): _any(lambda line: line.stale),
    ("format_error", "any_value"): _any(lambda line: line.error),
    ("exception_type", "any_value"): _any(_part(0)),
    ("exception_message", "any_value"): _any(_part(1)),
    ("exception_stacktrace", "any_value"): _any(_part(2)),
    ("exception_rendered", "any_value"): _any(_rendered),
    ("exception_chain", "any_value"): _any(_part(3)),
}
