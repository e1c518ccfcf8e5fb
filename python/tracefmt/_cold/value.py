"""
One conversion of every value that is not of a hot type.

`convert` takes any object and returns one of an exact hot type: `str`, `int`, `float`, `bool`,
`None`, `dict`, `list` or `tuple`.  It goes one level deep: the items of a container come back as
they are, and the core that called converts them in turn, at its own depth.
"""

from __future__ import annotations

import binascii
import enum
from collections import UserString
from collections.abc import Callable, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, TypeAlias

from tracefmt._cold.text import describe_error, safe_repr, unrepresentable

HOT_TYPES = frozenset({str, int, float, bool, type(None), dict, list, tuple})
MAX_DEPTH = 64
"""Containers inside a container are written down to this depth."""
MAX_CONVERSIONS = 8
"""How often a conversion may give another cold object before it is cut."""
MAX_ITEMS = 100_000
"""How many items are taken from what is not a list, tuple or dict: it may be endless."""
CIRCULAR = "<circular>"
TOO_DEEP = "<max depth>"

Converter: TypeAlias = Callable[[Any], Any]


def convert(value: Any) -> Any:
    """
    Return `value` as an object of an exact hot type; never raises an `Exception`.

    Example:
        >>> from tracefmt._cold.value import convert
        >>> convert(b"ab"), convert(frozenset({1}))
        ('YWI=', [1])
    """
    original = value
    try:
        for _ in range(MAX_CONVERSIONS):
            if type(value) in HOT_TYPES:
                return value
            value = _converter(type(value))(value)
    except Exception as error:
        return unrepresentable(original, error)
    return value if type(value) in HOT_TYPES else TOO_DEEP


def _converter(kind: type) -> Converter:
    """Choose by the real type: `isinstance` would believe an object that lies about its class."""
    for hook in ("__tracefmt__", "__structlog__"):
        method = getattr(kind, hook, None)
        if callable(method):
            return method  # type: ignore[no-any-return]
    for parent in kind.__mro__:
        if parent in _BY_TYPE or _has_become_known(parent):
            return _BY_TYPE[parent]
        if parent is tuple and isinstance(getattr(kind, "_fields", None), tuple):
            return _named_tuple
        if parent in _BUILTIN:
            return _BUILTIN[parent]
    return _by_shape(kind)


def _has_become_known(kind: type) -> bool:
    """
    Take up a type whose module has been imported by somebody else, by its name.

    Importing these modules with the package would cost milliseconds, mostly for nothing.
    """
    module, method = _BY_NAME.get(kind.__name__, ("", None))
    # from 3.13 on pathlib is a package with private modules
    if not module or kind.__module__.partition(".")[0] != module:
        return False
    _BY_TYPE[kind] = str if method is None else getattr(kind, method)
    return True


def _by_shape(kind: type) -> Converter:
    """Choose by what the type offers, for types that libraries make."""
    for marker, converter in _BY_MARKER.items():
        if hasattr(kind, marker):
            return converter
    for parent in kind.__mro__:
        if parent.__module__ == "numpy" and parent.__name__ in _NUMPY:
            return _NUMPY[parent.__name__]
    for abstract, converter in _BY_PROTOCOL.items():
        if issubclass(kind, abstract):
            return converter
    return safe_repr


def _fields_shown(value: Any, fields: Any) -> dict[str, Any]:
    """Read the fields that the class shows in its own `repr`; one that is unset is marked."""
    shown: dict[str, Any] = {}
    for name, show in fields:
        if show:
            try:
                shown[name] = getattr(value, name)
            except Exception as error:
                shown[name] = unrepresentable(value, error)
    return shown


def _dataclass(value: Any) -> Any:
    import dataclasses  # noqa: PLC0415  # who made the class has imported it already

    fields = dataclasses.fields(type(value))
    return _fields_shown(value, ((field.name, field.repr) for field in fields))


def _attrs(value: Any) -> Any:
    fields = type(value).__attrs_attrs__
    return _fields_shown(value, ((field.name, field.repr) for field in fields))


def _msgspec(value: Any) -> Any:
    return _fields_shown(value, ((name, True) for name in type(value).__struct_fields__))


def _pydantic(value: Any) -> Any:
    kind = type(value)
    fields = getattr(kind, "__pydantic_fields__", None)
    if fields is None:  # before pydantic 2.10
        fields = kind.model_fields
    shown = _fields_shown(value, ((name, field.repr) for name, field in fields.items()))
    extra = value.__pydantic_extra__
    return {**shown, **extra} if type(extra) is dict else shown


def _named_tuple(value: Any) -> Any:
    return dict(zip(type(value)._fields, tuple.__iter__(value), strict=False))


def _enumeration(value: Any) -> Any:
    return value._value_


def _numpy_scalar(value: Any) -> Any:
    item = value.item()
    return safe_repr(value) if type(item) is type(value) else item


def _items(value: Any) -> Any:
    items = list(islice(iter(value), MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        items[MAX_ITEMS] = f"<more than {MAX_ITEMS} items>"
    return items


def _mapping(value: Any) -> Any:
    items = list(islice(iter(value.items()), MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        items[MAX_ITEMS] = (f"<more than {MAX_ITEMS} items>", None)
    return dict(items)


def _built_in(builtin: Any) -> Converter:
    """Return the way to `builtin` itself; a subclass with an iterator of its own may be endless."""

    def converter(value: Any) -> Any:
        if type(value).__iter__ is builtin.__iter__:
            return builtin(value)
        return _mapping(value) if builtin is dict else _items(value)

    return converter


def _base64(value: Any) -> str:
    return binascii.b2a_base64(value, newline=False).decode("ascii")


_BY_TYPE: dict[type, Converter] = {
    # an Enum may also be an int or a str, a datetime is also a date: first match along the MRO
    enum.Enum: _enumeration,
    bytes: _base64,
    bytearray: _base64,
    memoryview: lambda value: _base64(value.tobytes()),
    BaseException: describe_error,
    range: safe_repr,
    UserString: str,
}

# The module of a type, and the method that makes text or a number of its values; `str` if None.
_BY_NAME: dict[str, tuple[str, str | None]] = {
    "datetime": ("datetime", "isoformat"),
    "date": ("datetime", "isoformat"),
    "time": ("datetime", "isoformat"),
    "timedelta": ("datetime", "total_seconds"),
    "UUID": ("uuid", None),
    "Decimal": ("decimal", None),
    "PurePath": ("pathlib", None),
}

_BUILTIN: dict[type, Converter] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    dict: _built_in(dict),
    list: _built_in(list),
    tuple: _built_in(tuple),
    set: _items,
    frozenset: _items,
}

_BY_MARKER: dict[str, Converter] = {
    "__dataclass_fields__": _dataclass,
    "__attrs_attrs__": _attrs,
    "__struct_fields__": _msgspec,
    "__pydantic_validator__": _pydantic,
}

_NUMPY: dict[str, Converter] = {
    "ndarray": lambda value: value.tolist(),
    "generic": _numpy_scalar,
}

_BY_PROTOCOL: dict[type, Converter] = {
    Mapping: _mapping,
    Sequence: _items,
    AbstractSet: _items,
    ValuesView: _items,
}
