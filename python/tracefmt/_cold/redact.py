"""Paths of values that must not be in a line, compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from tracefmt.exceptions import ConfigurationError

MASK = "[redacted]"

_ANY, _DEEP = "*", "**"
_OPTIONS = ("paths", "mask", "remove", "censor", "ignore_case")
# A name after a dot (or at the start), or brackets.
_PART = re.compile(
    r"""
    (?P<wild>\*\*?)(?=\.|\[|\Z)
    | (?P<name>[^.\[\]*"']+)
    | \[(?:(?P<index>\d+)|(?P<every>\*)|(?P<quoted>"(?:[^"\\]|\\.)+"|'(?:[^'\\]|\\.)+'))\]
    """,
    re.VERBOSE,
)

Path: TypeAlias = tuple[str | int, ...]
States: TypeAlias = "tuple[Node, ...]"


class Node:
    """One place in all paths together."""

    __slots__ = ("any", "deep", "ends", "exact", "names", "stays")

    def __init__(self, *, stays: bool = False) -> None:
        self.names: dict[str | int, Node] = {}  # a key, a part of a dotted key, or an index
        self.exact: dict[str, Node] = {}  # a whole key, dots and all
        self.any: Node | None = None
        self.deep: Node | None = None
        self.stays = stays  # any key leads back here
        self.ends = False


class Redaction:
    """
    What to keep out of lines, and what stands there instead.

    Args:
        paths: such as ``user.token``, ``cards[*].number``, ``*.secret``, ``**.password``, and
            ``["a.b"]`` for a key that has a dot in it.
        mask: what is written in the place of a value.
        remove: leave keys and items out instead.
        censor: makes what is written from the value and its path; where it raises, it is the mask.
        ignore_case: take upper and lower case as equal in keys.

    Raises:
        ConfigurationError: a path is none, or the options contradict each other.
    """

    def __init__(
        self,
        paths: Iterable[str],
        *,
        mask: str = MASK,
        remove: bool = False,
        censor: Callable[[Any, Path], Any] | None = None,
        ignore_case: bool = False,
    ) -> None:
        if isinstance(paths, str):
            msg = f"redact: write a list of paths, [{paths!r}]"
            raise ConfigurationError(msg)
        if not isinstance(mask, str):
            msg = f"redact: mask is text, not {mask!r}; for anything else give a censor"
            raise ConfigurationError(msg)
        if censor is not None and not callable(censor):
            msg = f"redact: censor takes a value and its path, and {censor!r} cannot be called"
            raise ConfigurationError(msg)
        if remove and (censor is not None or mask != MASK):
            msg = "redact: remove leaves nothing to mask; leave mask and censor out, or remove"
            raise ConfigurationError(msg)
        self.mask, self.remove, self.censor = mask, bool(remove), censor
        self.ignore_case = bool(ignore_case)
        self.names: set[str] = set()
        """An attribute whose key, or part of whose dotted key, is none of these is not named."""
        self.everything = False
        """Any attribute may be named."""
        self.deep = False
        """Any container may hold what is named."""
        root = Node()
        for path in paths:
            self._add(root, path)
        self.start = _closure([root])

    def _add(self, root: Node, path: str) -> None:
        parts = _parse(path)
        node = root
        for kind, text in parts:
            node = self._next(node, kind, self.fold(text) if isinstance(text, str) else text)
        node.ends = True
        names = [self.fold(str(text)) for kind, text in parts if kind != "wild"]
        if parts[0][0] != "wild":
            self.names.add(names[0])
        else:
            self.deep = True
            self.names.update(names)
            self.everything |= not names

    def _next(self, node: Node, kind: str, text: str | int) -> Node:
        if text == _DEEP and kind == "wild":
            node.deep = node.deep or Node(stays=True)
            return node.deep
        if kind == "wild":
            node.any = node.any or Node()
            return node.any
        if kind == "quoted":
            return node.exact.setdefault(str(text), Node())
        return node.names.setdefault(text, Node())

    def fold(self, key: str) -> str:
        """Return a key as it is compared."""
        return key.casefold() if self.ignore_case else key

    def into(self, states: States, key: str | int) -> States:
        """Return the places that a key, or an index, leads to."""
        if not states:
            return states
        if isinstance(key, int):
            return _closure(_step(states, key))
        key = self.fold(key)
        found = _step(states, key)
        found += [node.exact[key] for node in states if key in node.exact]
        if "." in key:  # a dot in a path stands for one in a key, too
            parts = states
            for part in key.split("."):
                parts = _closure(_step(parts, part))
            found += parts
        return _closure(found)


def redaction(given: Any) -> Redaction | None:
    """
    Return what the option `redact` says: paths, or a mapping with `Redaction`'s arguments.

    Raises:
        ConfigurationError: it says nothing that could be done.
    """
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in _OPTIONS]
        if unknown or "paths" not in given:
            msg = f"redact: {dict(given)!r}; its names are {', '.join(_OPTIONS)}, and paths is one"
            raise ConfigurationError(msg)
        return Redaction(**given)
    try:
        paths = given if isinstance(given, str) else tuple(given)
    except TypeError:
        msg = f"redact={given!r}: write a list of paths, such as ['user.token', '**.password']"
        raise ConfigurationError(msg) from None
    return Redaction(paths) if paths else None


def _step(states: States, key: str | int) -> list[Node]:
    found = []
    for node in states:
        if node.stays:
            found.append(node)
        if key in node.names:
            found.append(node.names[key])
        if node.any is not None:
            found.append(node.any)
    return found


def _closure(nodes: list[Node]) -> States:
    """Return the nodes, each once, and those that need no key to get to."""
    found: dict[int, Node] = {}
    for node in nodes:
        found[id(node)] = node
        if node.deep is not None:
            found[id(node.deep)] = node.deep
    return tuple(found.values())


def _parse(path: Any) -> list[tuple[str, str | int]]:
    if not isinstance(path, str) or not path:
        raise _bad(path, "a path is text such as 'user.token'")
    parts: list[tuple[str, str | int]] = []
    at = 0
    while at < len(path):
        if at and path[at] != "[":
            if path[at] != ".":
                raise _bad(path, f"there is a dot missing before {path[at:]!r}")
            at += 1
        match = _PART.match(path, at)
        if match is None:
            raise _bad(path, f"there is no name at {path[at:]!r}")
        parts.append(_part(match, path))
        at = match.end()
    if parts[-1] == ("wild", _DEEP) or _doubled(parts):
        raise _bad(path, "behind ** there is the name that it looks for")
    return parts


def _part(match: re.Match[str], path: str) -> tuple[str, str | int]:
    kind = str(match.lastgroup)
    text = match[kind]
    if kind == "index":
        return "name", int(text)
    if kind == "quoted":
        try:
            import ast  # noqa: PLC0415  # milliseconds that few paths need

            return kind, str(ast.literal_eval(text))
        except (SyntaxError, ValueError):
            raise _bad(path, f"{text} is no quoted name") from None
    return ("wild", text) if kind in ("wild", "every") else (kind, text)


def _doubled(parts: list[tuple[str, str | int]]) -> bool:
    deep = ("wild", _DEEP)
    return any(pair == (deep, deep) for pair in pairwise(parts))


def _bad(path: Any, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"redact: {path!r}: {why}; write names with dots between them, * for any one, ** for any "
        'number of them, [0] or [*] for items, and ["…"] for a name with a dot, bracket, star or '
        "quote in it"
    )
