"""What of a value may pass into a line: redaction first, then limits."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tracefmt._cold.key import text_of, unique
from tracefmt._cold.limit import NO_LIMIT, Limits, cut, limits, more_than
from tracefmt._cold.redact import Path, Redaction, States, redaction
from tracefmt._cold.text import unrepresentable
from tracefmt._cold.value import CIRCULAR, TOO_DEEP, convert

_BYTES = frozenset({bytes, bytearray, memoryview})
REMOVED = object()
"""Stands for what `remove` leaves out."""


class _Open(list[int]):
    """The identities of what is gone through, and how many parts there may still be."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


class Screen:
    """
    Turns a value into plain data without what is redacted, and within the limits.

    A value that nothing is taken from is written as it would be without a screen, so a core may
    keep from it whatever cannot be concerned.

    Args:
        redaction: what to keep out, or None.
        limits: what to cut values to.
    """

    def __init__(self, redaction: Redaction | None, limits: Limits) -> None:
        self.removed = REMOVED
        self.redaction = redaction
        self.limits = limits
        self.limited = limits != Limits()

    def attribute(self, key: Any, value: Any) -> Any:
        """Return what is written of an attribute, or `REMOVED`; never raises an `Exception`."""
        try:
            if self.redaction is None:
                return self._within(value, (), (), _Open(self.limits.parts), 0)
            text = key if type(key) is str else text_of(key)
            states = self.redaction.into(self.redaction.start, text)
            return self._seen(value, states, (text,), _Open(self.limits.parts), 0)
        except Exception as error:  # nobody knows what it holds
            if self.redaction is None:
                return unrepresentable(value, error)
            return REMOVED if self.redaction.remove else self.redaction.mask

    def format_args(self, args: Any) -> Any:
        """Return what is written of a message's arguments, or None."""
        seen = self.attribute("args", args)
        return None if seen is REMOVED else seen

    def text(self, text: str) -> str:
        """Return a message within the limits; nothing in it is looked for."""
        return cut(text, self.limits.string)

    def chain(self, chain: Any) -> Any:
        """Return an exception as data, its messages and notes within the limits."""
        if type(chain) is list:
            return [self.chain(part) for part in chain]
        if type(chain) is not dict or self.limits.string == NO_LIMIT:
            return chain
        found = dict(chain)
        if type(message := found.get("message")) is str:
            found["message"] = self.text(message)
        if type(notes := found.get("notes")) is list:
            found["notes"] = [self.text(note) if type(note) is str else note for note in notes]
        if type(members := found.get("exceptions")) is list:
            found["exceptions"] = self.chain(members)
        return found

    def _seen(self, value: Any, states: States, path: Path, open_: _Open, depth: int) -> Any:
        """Return what is written at a path."""
        if self.redaction is not None and any(node.ends for node in states):
            if self.redaction.remove:  # at the top; below, containers leave it out
                return REMOVED
            return self._redacted(self.redaction, value, path, open_, depth)
        return self._within(value, states, path, open_, depth)

    def _redacted(
        self, redaction: Redaction, value: Any, path: Path, open_: _Open, depth: int
    ) -> Any:
        if redaction.censor is None:
            return redaction.mask
        try:
            return self._within(redaction.censor(value, path), (), path, open_, depth)
        except Exception:
            return redaction.mask

    def _within(self, value: Any, states: States, path: Path, open_: _Open, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            text = cut(value, self.limits.string)
            if depth:  # text alone takes no more than it has; it is the line's to cut
                text = cut(text, max(open_.left, 0))
                open_.left -= len(text)
            return text
        if kind is int:
            open_.left -= value.bit_length() // 4
            return value
        if kind in (float, bool) or value is None:
            return value
        if id(value) in open_:
            return CIRCULAR
        is_container = kind in (dict, list, tuple)
        if is_container and depth == self.limits.depth:
            return TOO_DEEP
        open_.append(id(value))
        if kind is dict:
            result: Any = self._object(value, states, path, open_, depth + 1)
        elif is_container:
            result = self._array(tuple(value), states, path, open_, depth + 1)
        else:
            hot = convert(value)
            result = self._within(hot, states, path, open_, depth)
            if kind in _BYTES and result is hot and hot[:1] != "<":
                result = value  # a schema may have a form of its own for bytes
        open_.pop()
        return result

    def _object(
        self, value: dict[Any, Any], states: States, path: Path, open_: _Open, depth: int
    ) -> dict[str, Any]:
        # one more than may be there, so that one is missing; of those to be removed, all
        count = NO_LIMIT if states else min(self.limits.items, NO_LIMIT - 1) + 1
        pairs = list(islice(value.items(), count))
        keys = unique([key for key, _ in pairs], ())
        found: dict[str, Any] = {}
        for name, (key, item) in zip(keys, pairs, strict=True):
            text = key if type(key) is str else text_of(key)
            below = self.redaction.into(states, text) if self.redaction else ()
            if self._is_removed(below):
                continue
            open_.left -= 1 + len(name)
            if len(found) == self.limits.items or open_.left < 0:
                mark = _Mark(more_than(len(found)))
                found[unique([*found, mark], ())[-1]] = None
                break
            found[name] = self._seen(item, below, (*path, text), open_, depth)
        return found

    def _array(
        self, value: tuple[Any, ...], states: States, path: Path, open_: _Open, depth: int
    ) -> list[Any]:
        found: list[Any] = []
        for index, item in enumerate(value):
            below = self.redaction.into(states, index) if self.redaction else ()
            if self._is_removed(below):
                continue
            open_.left -= 1
            if len(found) == self.limits.items or open_.left < 0:
                found.append(more_than(len(found)))
                break
            found.append(self._seen(item, below, (*path, index), open_, depth))
        return found

    def _is_removed(self, states: States) -> bool:
        return (
            self.redaction is not None
            and self.redaction.remove
            and any(node.ends for node in states)
        )


class _Mark(str):
    """A key that gives way to the user's own."""

    __slots__ = ()


def screen(
    redact: Any,
    max_string_length: int | None,
    max_items: int | None,
    max_depth: int | None,
    max_line_bytes: int | str | None = None,
) -> Screen | None:
    """
    Return the screen of a formatter's options, or None where there is nothing to keep out.

    Raises:
        ConfigurationError: an option cannot work.
    """
    cut_to = limits(max_string_length, max_items, max_depth, max_line_bytes)
    found = Screen(redaction(redact), cut_to)
    return found if found.limited or found.redaction is not None else None
