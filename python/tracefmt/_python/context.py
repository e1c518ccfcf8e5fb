"""The fields of the current context, which come before the attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracefmt._context import ContextFields
    from tracefmt._python.encoder import Line


def fields_of(line: Line, context: ContextFields) -> dict[str, Any] | None:
    """Return those of the thread that logged, and name what went wrong in the line."""
    if line.capture is not None:
        return line.capture.fields
    fields, error = context.read()
    if error is not None:
        line.add_error(error)
    return fields
