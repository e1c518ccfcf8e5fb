"""Layouts as data: `Schema`, its fields, and the layouts that come with tracefmt."""

from tracefmt.schemas._field import Field, Form, Group, Input
from tracefmt.schemas._plan import Plan, Step, compile_plan
from tracefmt.schemas._registry import get
from tracefmt.schemas._schema import Schema

__all__ = ["Field", "Form", "Group", "Input", "Plan", "Schema", "Step", "compile_plan", "get"]
