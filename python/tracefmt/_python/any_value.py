"""Any value to OTLP's ``AnyValue`` in JSON: an object with one member, named by its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracefmt._cold import key as cold_key
from tracefmt._cold.value import CIRCULAR, TOO_DEEP
from tracefmt._python.scalar.number import encode_float, encode_integer
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import converted, is_plain

MAX_DEPTH = 30
"""Readers of protobuf take messages up to 100 deep: three a container, and six around them."""
_MIN, _MAX = -(1 << 63), (1 << 63) - 1
_BYTES = frozenset({bytes, bytearray, memoryview})


def encode(value: Any) -> str:
    """
    Return the ``AnyValue`` of any value (OpenTelemetry, opentelemetry-proto 1.11).

    Example:
        >>> from tracefmt._python.any_value import encode
        >>> print(encode(7), encode(None), encode([b"ab"]))
        {"intValue":"7"} {} {"arrayValue":{"values":[{"bytesValue":"YWI="}]}}
    """
    return _encode(value, [], 0)


def encode_key_values(members: Iterable[tuple[str, Any]]) -> str:
    """Return ``,{"key":…,"value":{…}}`` for each member; its prefix is ``,"key":``."""
    return "".join([_key_value(prefix[1:-1], encode(value)) for prefix, value in members])


def _key_value(key: str, value: str) -> str:
    return f',{{"key":{key},"value":{value}}}'


def _text(json: str) -> str:
    return f'{{"stringValue":{json}}}'


def _encode(value: Any, open_: list[int], depth: int) -> str:
    kind = type(value)
    if kind is str:
        return _text(encode_string(value))
    if kind is int:
        if _MIN <= value <= _MAX:
            return f'{{"intValue":"{value}"}}'
        digits = encode_integer(value).strip('"')
        return _text(f'"{digits}"')
    if kind is bool:
        return '{"boolValue":true}' if value else '{"boolValue":false}'
    if value is None:
        return "{}"
    if kind is float:
        return f'{{"doubleValue":{encode_float(value)}}}'
    if id(value) in open_:
        return _text(f'"{CIRCULAR}"')
    is_container = kind is dict or kind is list or kind is tuple
    if is_container and depth == MAX_DEPTH:
        return _text(f'"{TOO_DEEP}"')
    open_.append(id(value))
    if kind is dict:
        text = _object(value, open_, depth + 1)
    elif is_container:
        # a snapshot: writing an item may run code that changes the list
        items = [_encode(item, open_, depth + 1) for item in tuple(value)]
        inside = f'"values":[{",".join(items)}]' if items else ""
        text = f'{{"arrayValue":{{{inside}}}}}'
    else:
        hot = converted(value)
        if kind in _BYTES and hot[:1] != "<":  # else a mark, which is no base64
            text = f'{{"bytesValue":"{hot}"}}'
        else:
            text = _encode(hot, open_, depth)
    open_.pop()
    return text


def _object(value: dict[Any, Any], open_: list[int], depth: int) -> str:
    pairs = list(value.items())
    keys = [key for key, _ in pairs]
    if not all(map(is_plain, keys)):
        keys = cold_key.unique(keys, ())
    members = [
        _key_value(encode_string(key), _encode(item, open_, depth))
        for key, (_, item) in zip(keys, pairs, strict=True)
    ]
    inside = f'"values":[{"".join(members)[1:]}]' if members else ""
    return f'{{"kvlistValue":{{{inside}}}}}'
