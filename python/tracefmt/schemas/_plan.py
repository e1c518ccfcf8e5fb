"""A schema and its options, compiled once to what a core runs for each record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import encode as encode_value
from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._schema import Field, Form, Input, Schema, require_text

if TYPE_CHECKING:
    from tracefmt._cold.screen import Screen

__all__ = ["Plan", "Step", "compile_plan"]

# Attributes that libraries leave on records for themselves.  `color_message` is uvicorn's text with
# terminal colours; the four `otel` names are LoggingInstrumentor's, and say "0" without a span.
LEFT_OVERS = frozenset(
    {"color_message", "otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName"}
)
_CALLSITE = {Input.FILE_PATH, Input.LINE_NUMBER, Input.FUNCTION_NAME}


@dataclass(frozen=True)
class Step:
    """
    One thing to write.

    Attributes:
        input: the name of the input, or ``"constant"``: then `prefix` is all there is to write.
        form: the name of the form.
        prefix: what stands before the value, a comma and the key: ``,"level":``.
    """

    input: str
    form: str
    prefix: str


@dataclass(frozen=True)
class Plan:
    """
    What a core runs: the steps in order, and the names that attributes may not have.

    Attributes:
        steps: what to write, between the braces of one object.
        reserved: keys of the schema; an attribute with such a key is written under another.
        hidden: attributes that are not written at all.
        screen: what attributes and message have to pass, or None.
    """

    steps: tuple[Step, ...]
    reserved: frozenset[str]
    hidden: frozenset[str]
    screen: Screen | None = None


def compile_plan(
    schema: Schema,
    *,
    service: str | None = None,
    static: Mapping[str, Any] | None = None,
    rename: Mapping[str, str] | None = None,
    exclude: Iterable[str] = (),
    callsite: bool = False,
    screen: Screen | None = None,
) -> Plan:
    """
    Return the plan for a schema with its options resolved; constants pass the screen here.

    Raises:
        ConfigurationError: an option names a field that does not exist, or a key twice.
    """
    if isinstance(exclude, str):
        msg = f"exclude: write a list of names, [{exclude!r}]"
        raise ConfigurationError(msg)
    excluded = frozenset(exclude)
    for name in excluded:
        require_text(name, "exclude: a name")
    named = schema.rename(dict(rename or {}))
    _check_static(named, static or {})
    shown = _shown(static or {}, screen)
    steps: list[Step] = []
    for old, field in zip(schema.fields, named.fields, strict=True):
        if old.key in excluded or (field.input in _CALLSITE and not callsite):
            continue
        _append(steps, _step(field, service, shown))
    return Plan(
        steps=tuple(steps),
        reserved=frozenset(named.keys) | frozenset(static or {}),
        hidden=excluded | LEFT_OVERS,
        screen=screen,
    )


def _shown(static: Mapping[str, Any], screen: Screen | None) -> Mapping[str, Any]:
    if screen is None:
        return static
    seen = {key: screen.attribute(key, value) for key, value in static.items()}
    return {key: value for key, value in seen.items() if value is not screen.removed}


def _step(field: Field, service: str | None, static: Mapping[str, Any]) -> Step:
    prefix = f",{encode_string(field.key)}:"
    if field.input is Input.SERVICE:
        return _constant("" if service is None else prefix + encode_value(service))
    if field.input is Input.STATIC:
        members = [f",{encode_string(key)}:{encode_value(value)}" for key, value in static.items()]
        return _constant("".join(members))
    if field.form is Form.MEMBERS:
        prefix = ""
    return Step(field.input.value, field.form.value, prefix)


def _constant(text: str) -> Step:
    return Step("constant", "value", text)


def _append(steps: list[Step], step: Step) -> None:
    """Add a step; constants join the constant before them, and empty ones vanish."""
    if step.input == "constant":
        if not step.prefix:
            return
        if steps and steps[-1].input == "constant":
            step = _constant(steps.pop().prefix + step.prefix)
    steps.append(step)


def _check_static(schema: Schema, static: Mapping[str, Any]) -> None:
    for key in static:
        require_text(key, "static: a key")
        if key in schema.keys:
            msg = (
                f"static: {key!r} is a field of schema {schema.name!r}; choose another key, "
                f"or give the field another with rename={{{key!r}: ...}}"
            )
            raise ConfigurationError(msg)
