"""Object keys that are not plain text, and keys that would appear twice."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Any

from tracefmt._cold.integer import wide
from tracefmt._cold.text import safe_repr, visible
from tracefmt._cold.value import convert

_ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")
_NON_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def text_of(key: Any) -> str:
    """
    Return the text of a key of any type, the same for equal keys in every process.

    Numbers, booleans and None are written as in JSON, cold types as their value where that is a
    string or a number, everything else as its `repr` without memory addresses.
    """
    value = convert(key)
    kind = type(value)
    if kind is str:
        return visible(value if issubclass(type(key), str) else _ADDRESS.sub("", value))
    if kind is int:
        return wide(value).strip('"')
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return _NON_FINITE.get(text := repr(value), text)
    if issubclass(type(key), frozenset):  # its own order differs from process to process
        return f"frozenset({{{', '.join(sorted(map(text_of, frozenset.__iter__(key))))}}})"
    return visible(_ADDRESS.sub("", safe_repr(key)))


def unique(keys: Sequence[Any], reserved: Container[str]) -> list[str]:
    """
    Return one text for each key, all different from each other and from the reserved ones.

    A `str` that is free keeps its own text.  Any other whose text is taken gets ``_`` appended,
    then ``_2``, ``_3`` and so on, in the order of the keys.
    """
    texts = [text_of(key) for key in keys]
    taken: set[str] = set()
    result: list[str | None] = []
    for key, text in zip(keys, texts, strict=True):
        free = type(key) is str and key == text and text not in reserved
        result.append(text if free else None)
        if free:
            taken.add(text)
    tries: dict[str, int] = {}
    for index, text in enumerate(texts):
        if result[index] is None:
            result[index] = name = _first_free(text, taken, reserved, tries)
            taken.add(name)
    return [text for text in result if text is not None]


def _first_free(text: str, taken: set[str], reserved: Container[str], tries: dict[str, int]) -> str:
    name = text
    while name in taken or name in reserved:
        count = tries[text] = tries.get(text, 0) + 1
        name = f"{text}_" if count == 1 else f"{text}_{count}"
    return name
