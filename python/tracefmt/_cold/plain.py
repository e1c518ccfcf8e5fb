"""A value as plain data, as it is now: what a queue may carry to another thread or process."""

from __future__ import annotations

from typing import Any

from tracefmt._cold import key as cold_key
from tracefmt._cold.value import CIRCULAR, MAX_DEPTH, TOO_DEEP, convert


def plain(value: Any) -> Any:
    """Return `value` as a tree of exact hot types that is written as the value itself would be."""
    return _plain(value, [], 0)


def _plain(value: Any, open_: list[int], depth: int) -> Any:
    kind = type(value)
    if kind in (str, int, float, bool) or value is None:
        return value
    if id(value) in open_:
        return CIRCULAR
    is_container = kind in (dict, list, tuple)
    if is_container and depth == MAX_DEPTH:
        return TOO_DEEP
    open_.append(id(value))
    if kind is dict:
        pairs = list(value.items())
        keys = cold_key.unique([key for key, _ in pairs], ())
        result: Any = {
            key: _plain(item, open_, depth + 1) for key, (_, item) in zip(keys, pairs, strict=True)
        }
    elif is_container:
        result = [_plain(item, open_, depth + 1) for item in tuple(value)]
    else:
        result = _plain(convert(value), open_, depth)
    open_.pop()
    return result
