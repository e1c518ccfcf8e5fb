"""What `tracefmt.bind` has bound, as a place of fields that processes are told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tracefmt._context import _bound


def current() -> Mapping[str, Any]:
    """Return the fields that are bound now."""
    return _bound.get() or {}


def replace(fields: Mapping[str, Any]) -> Callable[[], object]:
    """Bind these and no others; return what undoes that."""
    token = _bound.set(dict(fields) or None)
    return lambda: _bound.reset(token)
