"""A line as a tree of groups and members, each with its text, that can be written shorter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tracefmt._cold.shorten import shorten

ESSENTIAL, MESSAGE, FIELD, FRAME, ATTRIBUTE = range(5)
"""Ranks: what stays first."""
_STRING = '{"stringValue":"'


class Place(NamedTuple):
    """
    What a member of a line is.

    Attributes:
        rank: `ESSENTIAL`, `MESSAGE`, `FIELD`, `FRAME` (one of many) or `ATTRIBUTE`.
        middle: whether it is cut in its middle rather than at its end.
        whole: whether it is left out rather than cut.
        any_value: whether its text stands in an ``AnyValue``.
    """

    rank: int
    middle: bool = False
    whole: bool = False
    any_value: bool = False


class Outline(NamedTuple):
    """
    What is where in a line: a group of a schema, its keys as they stand in the line.

    Attributes:
        opening: what stands before the first member.
        closing: what stands behind the last.
        form: ``"object"``, ``"list"`` or ``"key_values"``.
        members: by key, the number that says which is before which, and what it is.
        rest: the same for all other keys.
        before: what stands before the group, its key.
        after: what stands behind it.
    """

    opening: str
    closing: str
    form: str
    members: dict[str, tuple[int, Item]]
    rest: tuple[int, Place]
    before: str = ""
    after: str = ""


Item: TypeAlias = "Place | Outline"


class Node:
    """A group as it is in a line."""

    __slots__ = ("is_open", "key", "members", "number", "outline", "parent")

    def __init__(
        self, outline: Outline, number: int = 0, parent: Node | None = None, key: str = ""
    ) -> None:
        self.outline, self.number, self.parent, self.key = outline, number, parent, key
        self.members: list[Node | Leaf] = []
        self.is_open = False

    def cost(self) -> int:
        """Return the bytes of what has to be around a first member."""
        if self.is_open:
            return 0
        own = self.outline
        size = sum(map(len, (own.before, own.opening, own.closing, own.after))) + 1
        return size + (0 if self.parent is None else self.parent.cost())

    def open(self) -> None:
        """Take the group into the line."""
        self.is_open = True
        if self.parent is not None:
            self.parent.open()

    def child(self, key: str) -> Node:
        """Return a group in this one, which the line may have been without."""
        number, outline = self.outline.members[key]
        for member in self.members:
            if isinstance(member, Node) and member.outline is outline:
                return member
        assert isinstance(outline, Outline)  # noqa: S101  # as paths are made
        made = Node(outline, number, self)
        self.members.append(made)
        return made

    def text(self) -> str:
        """Return what stays of it."""
        kept = [member for member in self.members if member.is_open]
        kept.sort(key=lambda member: member.number)
        own = self.outline
        inside = ",".join([member.text() for member in kept])
        return f"{own.before}{own.opening}{inside}{own.closing}{own.after}"


class Leaf:
    """A member of a line that is one value."""

    __slots__ = ("after", "before", "is_open", "kept", "key", "number", "parent", "place", "value")

    def __init__(
        self, place: Place, number: int, parent: Node, key: str, parts: tuple[str, str, str]
    ) -> None:
        self.place, self.number, self.parent, self.key = place, number, parent, key
        self.before, self.value, self.after = parts
        self.kept: str = ""
        self.is_open = False

    @property
    def size(self) -> int:
        """How many bytes it has, with a comma."""
        return len(self.before) + len(self.value) + len(self.after) + 1

    @property
    def missing(self) -> int:
        """How many bytes of it do not stay."""
        return len(self.value) - len(self.kept) if self.is_open else self.size

    @property
    def is_text(self) -> bool:
        """Whether it can be cut."""
        return not self.place.whole and self.value.startswith(self._quote())

    def _quote(self) -> str:
        return _STRING if self.place.any_value else '"'

    def text(self) -> str:
        """Return what stays of it."""
        return f"{self.before}{self.kept}{self.after}"

    def shortened(self, size: int) -> str | None:
        """Return its value for a member of `size` bytes at most, or None."""
        if self.size <= size:
            return self.value
        if not self.is_text:
            return None
        opening = self._quote()
        closing = '"}' if self.place.any_value else '"'
        inside = self.value[len(opening) : -len(closing)]
        room = size - (self.size - len(inside))
        found = shorten(inside, room, middle=self.place.middle)
        return None if found is None else f"{opening}{found}{closing}"


_decode = json.JSONDecoder(
    # only where a value ends is asked for
    object_pairs_hook=len,
    parse_int=len,
    parse_float=len,
).raw_decode


def read(text: str, outline: Outline) -> tuple[Node, list[Leaf]]:
    """Return the tree of a line, and all values in it."""
    leaves: list[Leaf] = []
    root = Node(outline)
    _read_group(text, len(outline.opening), root, leaves)
    return root, leaves


def _read_group(text: str, at: int, node: Node, leaves: list[Leaf]) -> None:
    outline = node.outline
    for key, start, parts in _MEMBERS[outline.form](text, at):
        number, item = outline.members.get(key, outline.rest)
        name = key[1:-1] or node.key  # an item has no name of its own
        if isinstance(item, Outline) and text.startswith(item.opening, start):
            child = Node(item, number, node, name)
            node.members.append(child)
            _read_group(text, start + len(item.opening), child, leaves)
        else:
            place = item if isinstance(item, Place) else Place(FIELD, whole=True)  # an empty one
            leaf = Leaf(place, number, node, name, parts)
            node.members.append(leaf)
            leaves.append(leaf)


_Members: TypeAlias = "Iterator[tuple[str, int, tuple[str, str, str]]]"


def _object(text: str, at: int) -> _Members:
    """Go through key, place and parts of each member of an object."""
    while text[at] == '"':
        _, key_end = _decode(text, at)
        _, end = _decode(text, key_end + 1)
        yield text[at:key_end], key_end + 1, (text[at : key_end + 1], text[key_end + 1 : end], "")
        at = end + 1
        if text[end] != ",":
            return


def _key_values(text: str, at: int) -> _Members:
    while text[at] == "{":
        start = at + len('{"key":')
        _, key_end = _decode(text, start)
        value = key_end + len(',"value":')
        _, end = _decode(text, value)
        yield text[start:key_end], value, (text[at:value], text[value:end], "}")
        at = end + 2
        if text[end + 1] != ",":
            return


def _list(text: str, at: int) -> _Members:
    while text[at] != "]":
        _, end = _decode(text, at)
        yield "", at, ("", text[at:end], "")
        at = end + 1
        if text[end] != ",":
            return


_MEMBERS = {"object": _object, "key_values": _key_values, "list": _list}
