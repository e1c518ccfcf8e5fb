"""The formatter's options that change a schema's fields, resolved before it is compiled."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._field import Field, Form, Group, Input, Item
from tracefmt.schemas._schema import LEVEL_FORMS, TIME_FORMS, Schema, leaves

TIMES = {form.value: form for form in Form if form in TIME_FORMS}
_LEVELS = {
    "lower": Form.LOWER,
    "upper": Form.UPPER,
    "name": Form.VALUE,
    "number": Form.NUMBER,
    "severity_number": Form.SEVERITY_NUMBER,
}
CALLSITE = frozenset({Input.FILE_PATH, Input.FILE_NAME, Input.LINE_NUMBER, Input.FUNCTION_NAME})
_SHOWN_BY = {
    "callsite": CALLSITE,
    "process": frozenset({Input.PROCESS_ID, Input.PROCESS_NAME}),
    "thread": frozenset({Input.THREAD_ID, Input.THREAD_NAME}),
}
"""Fields that a line has only where an option says so."""


def with_timestamp(schema: Schema, timestamp: str | None) -> Schema:
    """Return the schema with its timestamps in another form."""
    return _with_form(schema, "timestamp", timestamp, Input.TIMESTAMP, TIMES, TIME_FORMS)


def with_level(schema: Schema, level: str | None) -> Schema:
    """Return the schema with the level in another form."""
    return _with_form(schema, "level", level, Input.LEVEL, _LEVELS, LEVEL_FORMS)


def _with_form(
    schema: Schema,
    option: str,
    name: str | None,
    given: Input,
    forms: Mapping[str, Form],
    free: frozenset[Form],
) -> Schema:
    if name is None:
        return schema
    if not isinstance(name, str) or name not in forms:
        msg = f"{option}: there is no form {name!r}; write one of {', '.join(forms)}"
        raise ConfigurationError(msg)
    if not any(field.input is given and field.form in free for field in leaves(schema.fields)):
        msg = (
            f"{option}: schema {schema.name!r} has no {option} that may be written in another "
            f"form; leave {option}={name!r} out"
        )
        raise ConfigurationError(msg)

    def change(item: Item) -> Item:
        if isinstance(item, Field) and item.input is given and item.form in free:
            return item._replace(form=forms[name])
        return item

    return schema.changed(change)


def with_nest(schema: Schema, key: str | None) -> Schema:
    """Return the schema with the attributes inside of one object, or as it is."""
    if key is None:
        return schema

    def nested(items: tuple[Item, ...], form: Form) -> tuple[Item, ...]:
        inside = Form.KEY_VALUES if form is Form.KEY_VALUES else Form.OBJECT
        result: list[Item] = []
        for item in items:
            if isinstance(item, Group):
                result.append(item._replace(fields=nested(item.fields, item.form)))
            else:
                found = item.input is Input.ATTRIBUTES
                result.append(Group(key, (item,), inside) if found else item)
        return tuple(result)

    return schema.replace(nested(schema.fields, Form.OBJECT))


def with_truncated(schema: Schema, max_line_bytes: Any) -> Schema:
    """Return the schema with a field that says what was cut, beside the attributes."""
    if max_line_bytes is None:
        return schema
    return _with_field(schema, Field("truncated", Input.TRUNCATED))


def with_chain(schema: Schema, exception: Any) -> Schema:
    """Return the schema with a field for an exception as data, beside the attributes."""
    if exception == "text":
        return schema
    return _with_field(schema, Field("exception.chain", Input.EXCEPTION_CHAIN))


def _with_field(schema: Schema, added: Field) -> Schema:
    """Return the schema with a field where it has none for the same input."""
    fields = tuple(leaves(schema.fields))
    if any(field.input is added.input for field in fields):
        return schema

    def beside(items: tuple[Item, ...]) -> tuple[Item, ...]:
        inside = tuple(
            item._replace(fields=beside(item.fields)) if isinstance(item, Group) else item
            for item in items
        )
        is_here = any(getattr(item, "input", None) is Input.ATTRIBUTES for item in items)
        return (*inside, added) if is_here else inside

    if any(field.input is Input.ATTRIBUTES for field in fields):
        return schema.replace(beside(schema.fields))
    return schema.replace((*schema.fields, added))


def writes_stacktrace(schema: Schema, exception: Any) -> bool:
    """Return whether a line has the stacktrace's text, also beside the exception as data."""
    if exception == "text" or all(
        field.input is not Input.EXCEPTION_CHAIN for field in leaves(schema.fields)
    ):
        return True
    default = schema.defaults.get("stacktrace", False)
    given = exception.get("stacktrace") if isinstance(exception, Mapping) else None
    return bool(default if given is None else given)


def hidden_inputs(schema: Schema, **shown: Any) -> frozenset[Input]:
    """Return the inputs that no line has, for want of the option that shows them."""
    hidden: set[Input] = set()
    for option, inputs in _SHOWN_BY.items():
        given = shown[option]
        if given is None:
            given = schema.defaults.get(option, False)
        if option != "callsite" and not isinstance(given, bool):
            msg = f"{option}: write True or False, not {given!r}"
            raise ConfigurationError(msg)
        if given is False:
            hidden |= inputs
    return frozenset(hidden)


def unmarked(stale: Any) -> frozenset[Input]:
    """Return the input of the mark of stale spans where the option leaves it out."""
    if stale not in ("mark", "drop", "keep"):
        msg = f"stale: write 'mark', 'drop' or 'keep', not {stale!r}"
        raise ConfigurationError(msg)
    return frozenset({Input.TRACE_STALE} if stale == "keep" else ())


def callsite_level(schema: Schema, callsite: Any) -> int | None:
    """Return the level from which on a line says where it was logged; None for every line."""
    if callsite is None:
        callsite = schema.defaults.get("callsite", False)
    if isinstance(callsite, bool):
        return None
    number = logging.getLevelName(callsite) if isinstance(callsite, str) else callsite
    if type(number) is not int:
        msg = (
            f"callsite: write True, False, or the level from which on, as in callsite='WARNING' "
            f"or callsite=30, not {callsite!r}"
        )
        raise ConfigurationError(msg)
    return number
