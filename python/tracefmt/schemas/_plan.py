"""A schema and its options, compiled once to what a core runs for each record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tracefmt._cold.key import leads_through, paths_that_meet
from tracefmt._python.any_value import encode as encode_any_value
from tracefmt._python.scalar.string import encode as encode_string
from tracefmt._python.value import encode as encode_value
from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas import _options, _resource
from tracefmt.schemas._field import Field, Form, Group, Input, Item
from tracefmt.schemas._schema import Schema, leaves, require_text

if TYPE_CHECKING:
    from tracefmt._cold.line_limit import LineLimit
    from tracefmt._cold.screen import Screen
    from tracefmt._context import ContextFields

__all__ = ["Plan", "Step", "compile_plan"]

# Attributes that libraries leave on records for themselves.  `color_message` is uvicorn's text with
# terminal colours; the four `otel` names are LoggingInstrumentor's, and say "0" without a span.
LEFT_OVERS = frozenset(
    {"color_message", "otelTraceID", "otelSpanID", "otelTraceSampled", "otelServiceName"}
)
_ALWAYS = {Input.TIMESTAMP.value, Input.LEVEL.value, Input.MESSAGE.value}


class Step(NamedTuple):
    """
    One thing to write.

    Attributes:
        input: the name of the input; or ``"constant"``: `prefix` is all there is to write; or
            ``"group"``: `steps` are written between brackets, or nothing at all where all of them
            are absent; or ``"from_level"``: `steps` are written from a level on.
        form: the name of the form; of a level, its number.
        prefix: what stands before the value, a comma and the key: ``,"level":``.
        suffix: what stands behind it.
        steps: what is in a group.
    """

    input: str
    form: str
    prefix: str
    suffix: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether it is text alone."""
        return self.input == "constant"

    @property
    def is_always(self) -> bool:
        """Whether each line has it."""
        if self.input == Input.LOGGER.value:
            return self.form == Form.TEXT.value
        return self.is_constant or self.input in _ALWAYS


class Plan(NamedTuple):
    """
    What a core runs: the steps in order, and the names that attributes may not have.

    Attributes:
        steps: what to write, between the braces of one object.
        reserved: keys of the schema; an attribute with such a key is written under another.
        hidden: attributes that are not written at all.
        ends: keys that no attribute's may lead through; None where a dot in a key is no path.
        screen: what attributes and message have to pass, or None.
        context: what gives each line the fields of its context, or None.
        line_limit: what cuts a line that is too long, or None.
    drops_stale: whether the ids of a stale span are left out.
        is_of_process: whether an id of this process, and of no child, is in the steps.
    """

    steps: tuple[Step, ...]
    reserved: frozenset[str]
    hidden: frozenset[str]
    ends: frozenset[str] | None = None
    screen: Screen | None = None
    context: ContextFields | None = None
    line_limit: LineLimit | None = None
    drops_stale: bool = False
    is_of_process: bool = False


def compile_plan(
    schema: Schema,
    *,
    service: str | None = None,
    resource: Any = None,
    static: Mapping[str, Any] | None = None,
    rename: Mapping[str, str] | None = None,
    exclude: Iterable[str] = (),
    timestamp: str | None = None,
    level: str | None = None,
    callsite: bool | int | str | None = None,
    process: bool | None = None,
    thread: bool | None = None,
    nest: str | None = None,
    stale: str = "mark",
    project: str | None = None,
    exception: str | Mapping[str, Any] = "text",
    max_line_bytes: int | str | None = None,
    screen: Screen | None = None,
    context: ContextFields | None = None,
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
    names = dict(rename or {})
    schema = _options.with_truncated(schema, max_line_bytes)
    schema = _options.with_chain(schema, exception)
    whole = _options.with_level(_options.with_timestamp(schema, timestamp), level)
    named = _options.with_nest(whole.rename(names), nest)
    kept = whole.exclude(*excluded.intersection(whole.names))
    kept = kept.rename({old: new for old, new in names.items() if old in kept.keys})
    known = _resource.resolve(schema, service, resource)
    members = {Input.STATIC: dict(static or {}), **_resource_members(schema, known, resource)}
    for option, given in (("static", Input.STATIC), ("resource", Input.RESOURCE_REST)):
        _check_members(named, given, members[given], option)
    shown = {**members, Input.STATIC: _shown(members[Input.STATIC], screen)}
    absent = _options.hidden_inputs(schema, callsite=callsite, process=process, thread=thread)
    if max_line_bytes is None:
        absent |= {Input.TRUNCATED}
    absent |= _options.unmarked(stale)
    if exception == "text":
        absent |= {Input.EXCEPTION_CHAIN}
    unused = absent - _options.CALLSITE  # names that others may use for what we do not say
    named = named.changed(lambda item: None if getattr(item, "input", None) in unused else item)
    compiler = _Compiler(
        members=shown,
        resource=known,
        absent=absent,
        from_level=_options.callsite_level(schema, callsite),
        project=project,
        paths=schema.paths,
    )
    reserved = _reserved(named.fields, members) | _outer_names(named)
    kept = _options.with_nest(kept, nest)
    steps = compiler.steps(kept.fields, Form.OBJECT)
    if not _options.writes_stacktrace(kept, exception):
        steps = _rendered(steps)
    return Plan(
        steps=_merged(steps),
        reserved=reserved.union(*map(leads_through, reserved)) if schema.paths else reserved,
        hidden=excluded | LEFT_OVERS,
        ends=reserved if schema.paths else None,
        screen=screen,
        context=context,
        line_limit=_line_limit(max_line_bytes, kept, shown),
        drops_stale=stale == "drop",
        is_of_process=_resource.has_made_up_id(known),
    )


def _rendered(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with the stacktrace's text only where there is no chain."""
    replaced = {Input.EXCEPTION_STACKTRACE.value: "exception_rendered"}
    return [
        step._replace(
            input=replaced.get(step.input, step.input), steps=tuple(_rendered(step.steps))
        )
        for step in steps
    ]


def _line_limit(
    given: Any, schema: Schema, members: Mapping[Input, Mapping[str, Any]]
) -> LineLimit | None:
    if given is None:
        return None
    from tracefmt.schemas._outline import line_limit  # noqa: PLC0415  # only where it is asked for

    return line_limit(given, schema, members)


def _shown(static: Mapping[str, Any], screen: Screen | None) -> Mapping[str, Any]:
    if screen is None:
        return static
    seen = {key: screen.attribute(key, value) for key, value in static.items()}
    return {key: value for key, value in seen.items() if value is not screen.removed}


class _Compiler(NamedTuple):
    """What is the same for all fields of one plan."""

    members: Mapping[Input, Mapping[str, Any]]
    resource: Mapping[str, Any]
    absent: frozenset[Input]
    from_level: int | None
    project: str | None
    paths: bool

    def steps(self, items: Iterable[Item], outer: Form) -> list[Step]:
        """Return the steps for fields that stand inside of the same brackets."""
        result: list[Step] = []
        for item in items:
            if isinstance(item, Group):
                result += self._group(item, outer)
            elif item.input not in self.absent and item.input is not Input.TRUNCATED:
                result += self._field(item, outer)
        return result

    def _group(self, group: Group, outer: Form) -> list[Step]:
        steps = _merged(self.steps(group.fields, group.form))
        if not steps:
            return []
        prefix, suffix = _frame(group.key, outer)
        if outer is Form.KEY_VALUES:
            prefix, suffix = f'{prefix}{{"kvlistValue":{{"values":', "}}" + suffix
        opening, closing = "{}" if group.form is Form.OBJECT else "[]"
        if not steps[0].is_always:
            form = "object" if group.form is Form.OBJECT else "list"
            return [Step("group", form, prefix, suffix, steps)]
        first = steps[0]._replace(prefix=steps[0].prefix[1:])  # no comma behind the bracket
        return [_constant(prefix + opening), first, *steps[1:], _constant(closing + suffix)]

    def _field(self, field: Field, outer: Form) -> list[Step]:
        if field.input in self.members:
            pairs = self.members[field.input].items()
            return [self._member(key, value, outer) for key, value in pairs]
        if field.form is Form.MEMBERS:
            form = "paths" if self.paths else "members"
            return [Step(field.input.value, "key_values" if outer is Form.KEY_VALUES else form, "")]
        if field.input is Input.CONSTANT:
            return [self._member(field.key, field.value, outer)]
        if field.input in _resource.NAMES:
            value = _resource.value_of(self.resource, field.input)
            return [] if value is None else [self._member(field.key, value, outer)]
        prefix, suffix = _frame(field.key, outer)
        if field.form is Form.TRACE_NAME:
            prefix += f'"projects/{encode_string(self._required_project())[1:-1]}/traces/'
        shown = Form.ANY_VALUE if outer is Form.KEY_VALUES else field.form
        step = Step(field.input.value, shown.value, prefix, suffix)
        if self.from_level is not None and field.input in _options.CALLSITE:
            return [Step("from_level", str(self.from_level), "", "", (step,))]
        return [step]

    def _member(self, key: str, value: Any, outer: Form) -> Step:
        prefix, suffix = _frame(key, outer)
        is_any = outer is Form.KEY_VALUES
        text = encode_any_value(value) if is_any else encode_value(value, self.paths)
        return _constant(prefix + text + suffix)

    def _required_project(self) -> str:
        project = self.project or _resource.project()
        if not isinstance(project, str) or not project:
            msg = (
                "project: the id of the Google Cloud project is part of each line's trace; write "
                "project='my-project', or set GOOGLE_CLOUD_PROJECT"
            )
            raise ConfigurationError(msg)
        require_text(project, "project: the id")
        return project


def _frame(key: str, outer: Form) -> tuple[str, str]:
    """Return what stands before and behind a value of this key."""
    if outer is Form.LIST:
        return ",", ""
    if outer is Form.KEY_VALUES:
        return f',{{"key":{encode_string(key)},"value":', "}"
    return f",{encode_string(key)}:", ""


def _constant(text: str) -> Step:
    return Step("constant", "value", text)


def _merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps with constants joined to neighbours that are always there."""
    result: list[Step] = []
    for step in steps:
        last = result[-1] if result else None
        if last is not None and last.is_constant and step.is_always:
            result[-1] = step._replace(prefix=last.prefix + step.prefix)
        elif last is not None and last.input == step.input == "from_level":
            result[-1] = last._replace(steps=last.steps + step.steps)
        else:
            result.append(step)
    for index in range(len(result) - 1, 0, -1):
        before, step = result[index - 1], result[index]
        if step.is_constant and before.is_always:
            result[index - 1] = before._replace(suffix=before.suffix + step.prefix)
            del result[index]
    return tuple(result)


def _resource_members(
    schema: Schema, known: Mapping[str, Any], given: Any
) -> dict[Input, dict[str, Any]]:
    """Return what is written of the service besides the fields that the schema has for it."""
    inputs = {field.input for field in leaves(schema.fields)}
    shown = {name for key in inputs for name in _resource.NAMES.get(key, ())}
    rest = {key: known[key] for key in _resource.given(given) if key not in shown}
    return {Input.RESOURCE: dict(known), Input.RESOURCE_REST: rest}


def _check_members(schema: Schema, given: Input, members: Mapping[str, Any], option: str) -> None:
    taken = _siblings(schema.fields, given)
    for key in members:
        require_text(key, f"{option}: a key")
        if key in taken:
            msg = (
                f"{option}: {key!r} is a field of schema {schema.name!r}; choose another key, "
                f"or give the field another with rename={{{key!r}: ...}}"
            )
            raise ConfigurationError(msg)
    met = paths_that_meet([*taken, *members]) if schema.paths else None
    if met is not None:
        msg = (
            f"{option}: schema {schema.name!r} takes dots for paths, and {met[1]!r} leads through "
            f"{met[0]!r}, which cannot be both a value and an object; choose other keys"
        )
        raise ConfigurationError(msg)


def _siblings(items: tuple[Item, ...], given: Input) -> frozenset[str]:
    """Return the keys of what stands in the same brackets as the field with this input."""
    if any(isinstance(item, Field) and item.input is given for item in items):
        return frozenset(item.key for item in items if item.form is not Form.MEMBERS)
    found = (_siblings(item.fields, given) for item in items if isinstance(item, Group))
    return frozenset().union(*found)


def _reserved(
    items: tuple[Item, ...], members: Mapping[Input, Mapping[str, Any]]
) -> frozenset[str]:
    """Return the keys that attributes may not have, beside which they stand."""
    inputs = [item.input for item in items if isinstance(item, Field)]
    if Input.ATTRIBUTES in inputs:
        beside = [members[given].keys() for given in inputs if given in members]
        return _siblings(items, Input.ATTRIBUTES).union(*beside)
    found = (_reserved(item.fields, members) for item in items if isinstance(item, Group))
    return frozenset().union(*found)


def _outer_names(schema: Schema) -> frozenset[str]:
    """Return the names that the backend reads, where attributes stand at the outside."""
    outside = any(
        isinstance(item, Field) and item.input is Input.ATTRIBUTES for item in schema.fields
    )
    return frozenset(schema.reserved if outside else ())
