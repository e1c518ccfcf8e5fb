"""Object keys that are not plain text, and keys that would appear twice."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
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


def unique(
    keys: Sequence[Any], reserved: Container[str], ends: Iterable[str] | None = None
) -> list[str]:
    """
    Return one text for each key, all different from each other and from the reserved ones.

    A `str` that is free keeps its own text.  Any other whose text is taken gets ``_`` appended,
    then ``_2``, ``_3`` and so on, in the order of the keys.  Where dots are paths, `ends` are those
    that end in a value, so that no key may lead through them.
    """
    texts = [text_of(key) for key in keys]
    if ends is not None:
        return _unique_paths(keys, texts, reserved, ends)
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


# Elasticsearch refuses a part of a path that is empty or has white space alone (Java's).
_BLANK = " \t\n\v\f\r\x1c\x1d\x1e\x1f"
_MAX_DOTS = 64
_PLAIN_PATH = re.compile(r"[^\x00- .][^.]*")


def is_plain_path(key: str) -> bool:
    """Return whether a key leads through nothing, whatever other keys there are."""
    return _PLAIN_PATH.fullmatch(key) is not None


def parts_of(path: str) -> list[str]:
    """Return the parts of a path; what is behind so many dots is one."""
    return path.split(".", _MAX_DOTS)


def leads_through(path: str) -> list[str]:
    """Return the paths of the objects that a path leads through, the outermost first."""
    parts = parts_of(path)
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def paths_that_meet(paths: Sequence[str]) -> tuple[str, str] | None:
    """Return one path that another leads through, and that other; None where there is none."""
    ends = set(paths)
    met = ((end, path) for path in paths for end in leads_through(path) if end in ends)
    return next(met, None)


def _unique_paths(
    keys: Sequence[Any], texts: Sequence[str], reserved: Container[str], ends: Iterable[str]
) -> list[str]:
    paths = _Paths(reserved, ends)
    result = [
        text if type(key) is str and key == text and paths.add(text) else None
        for key, text in zip(keys, texts, strict=True)
    ]
    return [
        paths.renamed(text) if own is None else own for own, text in zip(result, texts, strict=True)
    ]


class _Paths:
    """The keys of an object that Elasticsearch will read: no path is both a value and an object."""

    def __init__(self, reserved: Container[str], ends: Iterable[str]) -> None:
        self._reserved = reserved
        self._ends = set(ends)
        self._objects: set[str] = set()
        self._tries: dict[tuple[str, bool], int] = {}

    def add(self, path: str) -> bool:
        """Take a path if it is free."""
        through = leads_through(path)
        if not self._is_free(path) or not self._ends.isdisjoint(through):
            return False
        if not all(part.strip(_BLANK) for part in parts_of(path)):
            return False
        self._ends.add(path)
        self._objects.update(through)
        return True

    def renamed(self, path: str) -> str:
        """Take the path that is nearest to one that is not free: each part in its turn."""
        *outer, last = parts_of(path)
        found = ""
        for part in outer:
            found = self._nearest(found + part, part, is_last=False)
            self._objects.add(found)
            found += "."
        found = self._nearest(found + last, last, is_last=True)
        self._ends.add(found)
        return found

    def _nearest(self, path: str, part: str, *, is_last: bool) -> str:
        name = path
        count = self._tries.get((path, is_last), 0 if part.strip(_BLANK) else 1)
        while True:
            if count:
                name = f"{path}_" if count == 1 else f"{path}_{count}"
            if self._is_free(name) if is_last else name not in self._ends:
                self._tries[path, is_last] = count
                return name
            count += 1

    def _is_free(self, path: str) -> bool:
        return not (path in self._ends or path in self._objects or path in self._reserved)
