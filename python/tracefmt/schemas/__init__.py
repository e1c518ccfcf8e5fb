"""Layouts as data: `Schema`, its fields, and the layouts that come with tracefmt."""

from typing import TYPE_CHECKING, Any

from tracefmt.schemas._field import Field, Form, Group, Input
from tracefmt.schemas._registry import get
from tracefmt.schemas._schema import Schema

if TYPE_CHECKING:
    from tracefmt.schemas._plan import Plan, Step, compile_plan

__all__ = ["Field", "Form", "Group", "Input", "Plan", "Schema", "Step", "compile_plan", "get"]


def __getattr__(name: str) -> Any:
    if name in ("Plan", "Step", "compile_plan"):  # imported with the first formatter
        from tracefmt.schemas import _plan  # noqa: PLC0415

        return globals().setdefault(name, getattr(_plan, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
