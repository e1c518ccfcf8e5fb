"""Any value to JSON text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracefmt._cold import key as cold_key
from tracefmt._cold.text import has_surrogate, unrepresentable
from tracefmt._cold.value import CIRCULAR, MAX_DEPTH, TOO_DEEP, convert
from tracefmt._python.scalar.number import encode_float, encode_integer
from tracefmt._python.scalar.string import encode as encode_string


def encode(value: Any, paths: bool = False) -> str:
    """
    Return the JSON text of any value; what cannot be written becomes a readable mark.

    With `paths`, dots in keys are paths, and no key of an object leads through another.
    """
    return _encode(value, [], 0, paths)


def encode_text(value: Any) -> str:
    """Return any value as a JSON string: the text that it has as a key; that of None is empty."""
    if value is None:
        return '""'
    return encode_string(value if type(value) is str else cold_key.text_of(value))


def encode_members(members: Iterable[tuple[str, Any]], paths: bool = False) -> str:
    """Return the text of members, whose prefixes ``,"key":`` are encoded already."""
    return "".join([prefix + _encode(value, [], 0, paths) for prefix, value in members])


def _encode(value: Any, open_: list[int], depth: int, paths: bool) -> str:
    """Write one value; `open_` holds the identities of the objects that are being written."""
    kind = type(value)
    if kind is str:
        return encode_string(value)
    if kind is int:
        return encode_integer(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if kind is float:
        return encode_float(value)
    if id(value) in open_:
        return f'"{CIRCULAR}"'
    is_container = kind is dict or kind is list or kind is tuple
    if is_container and depth == MAX_DEPTH:
        return f'"{TOO_DEEP}"'
    open_.append(id(value))
    if kind is dict:
        text = _object(value, open_, depth + 1, paths)
    elif is_container:
        # a snapshot: writing an item may run code that changes the list
        items = [_encode(item, open_, depth + 1, paths) for item in tuple(value)]
        text = f"[{','.join(items)}]"
    else:
        text = _encode(converted(value), open_, depth, paths)
    open_.pop()
    return text


def _object(value: dict[Any, Any], open_: list[int], depth: int, paths: bool) -> str:
    pairs = list(value.items())
    keys = [key for key, _ in pairs]
    if not all(map(is_plain, keys)) or (paths and not all(map(cold_key.is_plain_path, keys))):
        keys = cold_key.unique(keys, (), () if paths else None)
    members = [
        f"{encode_string(key)}:{_encode(item, open_, depth, paths)}"
        for key, (_, item) in zip(keys, pairs, strict=True)
    ]
    return f"{{{','.join(members)}}}"


def is_plain(key: Any) -> bool:
    """Return whether a key can be written as it is: exact `str` without lone surrogates."""
    return type(key) is str and (key.isascii() or not has_surrogate(key))


def converted(value: Any) -> Any:
    """Return a value of a cold type as one of a hot type."""
    try:
        return convert(value)
    except Exception as error:  # the call itself failed: no stack left, no memory left
        return unrepresentable(value, error)
