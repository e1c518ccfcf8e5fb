"""Where the fields that are bound to a context come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

Undo: TypeAlias = Callable[[], object]

_providers: list[tuple[Callable[[], Mapping[str, Any]], Callable[[Mapping[str, Any]], Undo]]] = []


def register_fields(
    current: Callable[[], Mapping[str, Any]], replace: Callable[[Mapping[str, Any]], Undo]
) -> None:
    """
    Name a place where fields are bound to the context, so that processes can be told of them.

    Context variables do not go to other processes by themselves: what is bound there by name
    travels with a `Carrier` that was asked for that name.

    Args:
        current: returns the fields that are bound now, by name.
        replace: binds the given fields and no others, and returns what undoes that.

    Example:
        >>> from contextvars import ContextVar
        >>> from tracefmt import propagation
        >>> bound = ContextVar("bound", default={})
        >>> def replace(fields):
        ...     token = bound.set(fields)
        ...     return lambda: bound.reset(token)
        >>> propagation.register_fields(bound.get, replace)
        >>> token = bound.set({"request_id": "r-1"})
        >>> propagation.Carrier.capture(fields=["request_id"]).fields
        {'request_id': 'r-1'}
        >>> bound.reset(token)
        >>> propagation.unregister_fields(bound.get)
    """
    unregister_fields(current)
    _providers.append((current, replace))


def unregister_fields(current: Callable[[], Mapping[str, Any]]) -> None:
    """Forget a place that `register_fields` named by the same function; another is no error."""
    _providers[:] = [provider for provider in _providers if provider[0] != current]


def bound(names: Iterable[str]) -> dict[str, Any]:
    """Return the bound fields of these names; of two places the one that was named later counts."""
    everywhere: dict[str, Any] = {}
    for current, _ in _providers:
        everywhere.update(current())
    return {name: everywhere[name] for name in names if name in everywhere}


def replace(fields: Mapping[str, Any]) -> Undo:
    """Bind these fields and no others, at each place; return what undoes that."""
    undo = [bind(fields) for _, bind in _providers]

    def undo_all() -> None:
        for one in reversed(undo):
            one()

    return undo_all
