"""What the names on a record mean, decided once for each plan."""

from __future__ import annotations

import logging
from functools import lru_cache
from itertools import islice
from operator import is_
from typing import Any

from tracefmt._cold import key as cold_key
from tracefmt._cold.record import CONTEXT, STANDARD
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import is_plain


class Names:
    """
    The names that are not plain attributes, and the order in which logging sets its own.

    Args:
        hidden: attributes that are left out.
        keys: which keys attributes may have.
    """

    def __init__(self, hidden: frozenset[str], keys: Keys) -> None:
        self._hidden, self._keys = hidden, keys
        reserved = keys.reserved
        self._special = STANDARD | hidden | reserved | {"taskName", CONTEXT}
        born_with = logging.LogRecord("", 0, "", 0, "", (), None).__dict__
        # the same string objects on each record, so that identity will do
        self._order = tuple(name for name in born_with if name in STANDARD)

    def members(self, values: dict[Any, Any]) -> tuple[list[tuple[str, Any]], bool]:
        """Return ``,"key":`` and value of each attribute, and whether keys are odd."""
        members = []
        start_of = self._keys.start_of
        known = len(self._order)
        if len(values) < known or not all(map(is_, values, self._order)):
            return self._odd_members(values)
        for key, value in islice(values.items(), known, None):
            if type(key) is str and key not in self._special and key[:1] != "_":
                prefix = start_of(key)
                if prefix is None:
                    return self._odd_members(values)
                members.append((prefix, value))
            elif type(key) is not str or key != "taskName" or value is not None:
                return self._odd_members(values)
        return members, False

    def _odd_members(self, values: dict[Any, Any]) -> tuple[list[tuple[str, Any]], bool]:
        """Do the same for any record, whatever its names are."""
        return self.named(self.pairs(values))

    def pairs(self, values: dict[Any, Any]) -> list[tuple[Any, Any]]:
        """Return key and value of each attribute, under the key that the user gave it."""
        return [item for item in values.items() if self._is_attribute(*item)]

    def named(self, pairs: list[tuple[Any, Any]]) -> tuple[list[tuple[str, Any]], bool]:
        """Return ``,"key":`` and value of each pair, and whether keys are odd."""
        return self._keys.named(pairs)

    def _is_attribute(self, key: Any, value: Any) -> bool:
        return type(key) is not str or (
            key not in STANDARD
            and key != CONTEXT
            and key[:1] != "_"
            and key not in self._hidden
            and (value is not None or key != "taskName")
        )


class Keys:
    """
    Which keys attributes may have beside the schema's fields.

    Args:
        reserved: those that they may not have.
        ends: those that they may not lead through, where dots are paths, else None.
    """

    def __init__(self, reserved: frozenset[str], ends: frozenset[str] | None) -> None:
        self.reserved = reserved
        self._ends = ends
        self.start_of = prefix_of if ends is None else prefix_of_plain_path

    def named(self, pairs: list[tuple[Any, Any]]) -> tuple[list[tuple[str, Any]], bool]:
        """Return ``,"key":`` and value of each pair, and whether keys are odd."""
        keys = [key for key, _ in pairs]
        odd = not (all(map(is_plain, keys)) and self.reserved.isdisjoint(keys))
        if odd or not (self._ends is None or all(map(cold_key.is_plain_path, keys))):
            keys = cold_key.unique(keys, self.reserved, self._ends)
        prefixes = [prefix_of(key) or "" for key in keys]
        return list(zip(prefixes, [value for _, value in pairs], strict=True)), odd


@lru_cache(maxsize=1024)
def prefix_of(key: str) -> str | None:
    """Return ``,"key":``, or None for a key with lone surrogates."""
    return f",{encode_string(key)}:" if is_plain(key) else None


@lru_cache(maxsize=1024)
def prefix_of_plain_path(key: str) -> str | None:
    """Return the same, and None too for a key that leads through an object, or has no text."""
    return prefix_of(key) if cold_key.is_plain_path(key) else None
