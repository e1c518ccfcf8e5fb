"""What a layout is made of: fields in an order, each with an input and a form."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tracefmt.exceptions import ConfigurationError

__all__ = ["Field", "Form", "Input", "Schema"]


class Input(enum.Enum):
    """What a field is filled from.  A closed set: both cores implement every one."""

    TIMESTAMP = "timestamp"
    LEVEL = "level"
    LOGGER = "logger"
    MESSAGE = "message"
    SERVICE = "service"
    STATIC = "static"
    TRACE_ID = "trace_id"
    SPAN_ID = "span_id"
    TRACE_FLAGS = "trace_flags"
    FILE_PATH = "file_path"
    LINE_NUMBER = "line_number"
    FUNCTION_NAME = "function_name"
    ATTRIBUTES = "attributes"
    FORMAT_ARGS = "format_args"
    FORMAT_ERROR = "format_error"
    EXCEPTION_TYPE = "exception_type"
    EXCEPTION_MESSAGE = "exception_message"
    EXCEPTION_STACKTRACE = "exception_stacktrace"
    STACK_INFO = "stack_info"


class Form(enum.Enum):
    """How the input is written.  A closed set: both cores implement every one."""

    VALUE = "value"
    """Any value, by its type (the encoding's chapter on values)."""
    RFC3339 = "rfc3339"
    """UTC, six digits of a second, ``Z``."""
    LOWER = "lower"
    """Text in lower case."""
    HEX = "hex"
    """Lower-case hex digits of the id's full width."""
    MEMBERS = "members"
    """Many keys and values at this place, instead of one."""


@dataclass(frozen=True)
class Field:
    """
    One place in the output.

    Attributes:
        key: the name in the line; ignored for the form `MEMBERS`.
        input: what the field is filled from.
        form: how that is written.

    Example:
        >>> from tracefmt.schemas import Field, Form, Input
        >>> Field("severity", Input.LEVEL, Form.LOWER).key
        'severity'
    """

    key: str
    input: Input
    form: Form = Form.VALUE


@dataclass(frozen=True)
class Schema:
    """
    A layout: its name and its fields, in the order in which they are written.

    Raises:
        ConfigurationError: two fields have one key.

    Example:
        >>> from tracefmt import Field, Schema
        >>> from tracefmt.schemas import Form, Input
        >>> tiny = Schema(
        ...     "tiny",
        ...     [
        ...         Field("time", Input.TIMESTAMP, Form.RFC3339),
        ...         Field("text", Input.MESSAGE),
        ...         Field("trace", Input.TRACE_ID, Form.HEX),
        ...     ],
        ... )
        >>> tiny.keys
        ('time', 'text', 'trace')
    """

    name: str
    fields: tuple[Field, ...]

    def __init__(self, name: str, fields: Iterable[Field]) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", tuple(fields))
        _check(self)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that this schema writes; attributes never take one of them."""
        return tuple(field.key for field in self.fields if field.form is not Form.MEMBERS)

    def rename(self, names: dict[str, str]) -> Schema:
        """Return the schema with some keys changed, old name to new name."""
        for key in names:
            self.require(key, "rename")
        return Schema(self.name, [replace(f, key=names.get(f.key, f.key)) for f in self.fields])

    def require(self, key: str, option: str) -> None:
        """Raise where no field has this key."""
        if key not in self.keys:
            msg = (
                f"{option}: {key!r} is no field of schema {self.name!r}; "
                f"its fields are {', '.join(self.keys)}"
            )
            raise ConfigurationError(msg)


_FORMS = {
    Input.TIMESTAMP: {Form.RFC3339},
    Input.LEVEL: {Form.LOWER, Form.VALUE},
    Input.TRACE_ID: {Form.HEX},
    Input.SPAN_ID: {Form.HEX},
    Input.TRACE_FLAGS: {Form.HEX},
    Input.STATIC: {Form.MEMBERS},
    Input.ATTRIBUTES: {Form.MEMBERS},
}


def _check(schema: Schema) -> None:
    seen: set[str] = set()
    for field in schema.fields:
        if not isinstance(field, Field):
            msg = f"schema {schema.name!r}: {field!r} is no tracefmt.Field"
            raise ConfigurationError(msg)
        allowed = _FORMS.get(field.input, {Form.VALUE})
        if field.form not in allowed:
            names = " or ".join(sorted(f"Form.{form.name}" for form in allowed))
            msg = (
                f"schema {schema.name!r}: field {field.key!r} cannot write "
                f"Input.{field.input.name} as Form.{field.form.name}; write {names}"
            )
            raise ConfigurationError(msg)
        if field.form is Form.MEMBERS:
            continue
        require_text(field.key, f"schema {schema.name!r}: a key")
        if field.key in seen:
            msg = f"schema {schema.name!r}: two fields have the key {field.key!r}; rename one"
            raise ConfigurationError(msg)
        seen.add(field.key)


def require_text(name: object, what: str) -> None:
    """Raise where a name cannot be a key: a lone surrogate's visible text could be another's."""
    if not isinstance(name, str) or not name:
        msg = f"{what} is text and not empty, not {name!r}"
        raise ConfigurationError(msg)
    try:
        name.encode()
    except UnicodeEncodeError:
        msg = f"{what} is text without lone surrogates, not {name!r}"
        raise ConfigurationError(msg) from None
