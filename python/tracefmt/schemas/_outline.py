"""Where in a line of a schema is what, for those who have to make it shorter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tracefmt._cold.line_limit import LineLimit, Report
from tracefmt._cold.line_tree import ATTRIBUTE, ESSENTIAL, FIELD, FRAME, MESSAGE, Outline, Place
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt.schemas._field import Field, Form, Group, Input, Item
from tracefmt.schemas._schema import Schema

_RANKS = {
    **dict.fromkeys((Input.TIMESTAMP, Input.LEVEL), ESSENTIAL),
    **dict.fromkeys((Input.TRACE_ID, Input.SPAN_ID, Input.TRACE_FLAGS), ESSENTIAL),
    Input.MESSAGE: MESSAGE,
    Input.ATTRIBUTES: ATTRIBUTE,
}
_IDS = frozenset({Input.TRACE_ID, Input.SPAN_ID, Input.TRACE_FLAGS})
# the innermost frames, and what was raised, stand at the end
_IN_THE_MIDDLE = frozenset({Input.EXCEPTION_STACKTRACE, Input.STACK_INFO})


def line_limit(
    given: int | str, schema: Schema, members: Mapping[Input, Mapping[str, Any]]
) -> LineLimit:
    """
    Return what cuts a schema's lines.

    Args:
        given: the option.
        schema: the schema, with all options applied that change keys.
        members: what stands in the places for many members that are not the attributes'.

    Raises:
        ConfigurationError: the limit is none, or too small.
    """
    return LineLimit(given, _outline(schema.fields, Form.OBJECT, members), _report(schema.fields))


def _outline(
    items: Iterable[Item],
    form: Form,
    members: Mapping[Input, Mapping[str, Any]],
    frame: tuple[str, str] = ("", ""),
    wrapped: tuple[str, str] = ("", ""),
) -> Outline:
    found: dict[str, tuple[int, Place | Outline]] = {}
    rest = (0, Place(ATTRIBUTE, any_value=form is Form.KEY_VALUES))
    for number, item in enumerate(items):
        if isinstance(item, Group):
            found[_key(item.key, form)] = number, _group(item, form, members)
        elif item.input is Input.ATTRIBUTES:
            rest = number, _place(item, form)
        elif item.form is Form.MEMBERS:
            keys = members.get(item.input, ())
            found.update({_key(key, form): (number, _place(item, form)) for key in keys})
        elif item.input is Input.EXCEPTION_CHAIN:
            found[_key(item.key, form)] = number, _chain(item.key, form)
        else:
            found[_key(item.key, form)] = number, _place(item, form)
    opening, closing = "{}" if form is Form.OBJECT else "[]"
    return Outline(
        wrapped[0] + opening, closing + wrapped[1], form.value, found, rest, frame[0], frame[1]
    )


def _group(
    group: Group, outer: Form, members: Mapping[Input, Mapping[str, Any]]
) -> Place | Outline:
    if not _can_be_read(group):
        return Place(FIELD, whole=True)
    wrapped = ('{"kvlistValue":{"values":', "}}") if outer is Form.KEY_VALUES else ("", "")
    return _outline(group.fields, group.form, members, _frame(group.key, outer), wrapped)


def _chain(key: str, outer: Form) -> Outline:
    """Return what an exception as data is: exceptions, each with its texts and its frames."""
    is_any = outer is Form.KEY_VALUES
    form = Form.KEY_VALUES if is_any else Form.OBJECT
    array = ('{"arrayValue":{"values":[', "]}}") if is_any else ("[", "]")
    inside = ('{"kvlistValue":{"values":[', "]}}") if is_any else ("{", "}")
    text = Place(FIELD, any_value=is_any)
    frame = (0, Place(FRAME, whole=True))
    frames = Outline(*array, "list", {"": frame}, frame, *_frame("frames", form))
    names = ("type", "message", "module", "relation", "notes", "frames", "exceptions", "omitted")
    found: dict[str, tuple[int, Place | Outline]] = {
        _key(name, form): (number, frames if name == "frames" else text)
        for number, name in enumerate(names)
    }
    one = Outline(*inside, form.value, found, (len(names), text))
    return Outline(*array, "list", {"": (0, one)}, (0, text), *_frame(key, outer))


def _can_be_read(group: Group) -> bool:
    """Return whether a line shows which member is which: of a list, some may be absent."""
    return group.form is not Form.LIST or len(group.fields) == 1


def _place(field: Field, outer: Form) -> Place:
    return Place(
        _RANKS.get(field.input, FIELD),
        middle=field.input in _IN_THE_MIDDLE,
        whole=field.input in _IDS,
        any_value=outer is Form.KEY_VALUES or field.form is Form.ANY_VALUE,
    )


def _report(items: Iterable[Item], outer: Form = Form.OBJECT) -> Report | None:
    """Return where the field is that says what was cut, if there is one."""
    for number, item in enumerate(items):
        if isinstance(item, Group) and _can_be_read(item):
            found = _report(item.fields, item.form)
            if found is not None:
                return found._replace(path=(_key(item.key, outer), *found.path))
        elif isinstance(item, Field) and item.input is Input.TRUNCATED:
            before, after = _frame(item.key, outer)
            if outer is Form.KEY_VALUES:
                before, after = f'{before}{{"stringValue":', "}" + after
            return Report((), number, before, after)
    return None


def _key(key: str, outer: Form) -> str:
    """Return a key as it stands in the line, with one character for each byte."""
    return "" if outer is Form.LIST else encode_string(key).encode().decode("latin-1")


def _frame(key: str, outer: Form) -> tuple[str, str]:
    if outer is Form.LIST:
        return "", ""
    if outer is Form.KEY_VALUES:
        return f'{{"key":{_key(key, outer)},"value":', "}"
    return f"{_key(key, outer)}:", ""
