"""A layout: its name, its fields in order, and what the backend makes of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from tracefmt._cold.key import paths_that_meet
from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._field import Field, Form, Group, Input, Item

__all__ = ["Schema"]


class Schema:
    """
    A layout: its name and its fields, in the order in which they are written.

    Args:
        name: how the layout is called in messages.
        fields: `Field` and `Group` objects.
        paths: whether the backend takes a dot in a key for a path, as Elasticsearch does: then no
            attribute gets a key that would make an object of a value, or the other way round.
        reserved: more names that attributes may not have, since the backend reads them.
        defaults: options of the formatter that have another default here, such as
            ``{"thread": True}``.
        variables: attributes of the service by the names of environment variables that are looked
            at before OpenTelemetry's, such as ``{"DD_ENV": "deployment.environment.name"}``.
        fixed: whether the keys are a protocol's, so that none but attributes' may be renamed.

    Raises:
        ConfigurationError: a field cannot be written, or two have one key.

    Example:
        >>> from tracefmt import Field, Schema
        >>> from tracefmt.schemas import Form, Input
        >>> tiny = Schema(
        ...     "tiny",
        ...     [
        ...         Field("time", Input.TIMESTAMP, Form.RFC3339),
        ...         Field("text", Input.MESSAGE),
        ...         Field("trace", Input.TRACE_ID, Form.HEX),
        ...     ],
        ... )
        >>> tiny.keys
        ('time', 'text', 'trace')
        >>> tiny.rename({"text": "message"}).exclude("time").static({"env": "prod"}).keys
        ('message', 'trace', 'env')
    """

    __slots__ = ("defaults", "fields", "fixed", "name", "paths", "reserved", "variables")

    def __init__(
        self,
        name: str,
        fields: Iterable[Item],
        *,
        paths: bool = False,
        reserved: Iterable[str] = (),
        defaults: Mapping[str, Any] | None = None,
        variables: Mapping[str, str] | None = None,
        fixed: bool = False,
    ) -> None:
        self.name = name
        self.fields = tuple(fields)
        self.paths = paths
        self.reserved = tuple(reserved)
        self.defaults = dict(defaults or {})
        self.variables = dict(variables or {})
        self.fixed = fixed
        _check(self)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that this schema writes, of groups and of what is in them."""
        items = (item for item in walk(self.fields) if item.form is not Form.MEMBERS)
        return tuple(item.key for item in items if item.key)

    def rename(self, names: Mapping[str, str]) -> Schema:
        """
        Return the schema with some keys changed, old name to new name.

        Raises:
            ConfigurationError: no field has such a key, or another field has the new one.
        """
        for key in names:
            self._require(key, "rename", self._renamable())
        return self.changed(
            lambda item: (
                item._replace(key=names.get(item.key, item.key))
                if item.form is not Form.MEMBERS
                else item
            )
        )

    def exclude(self, *keys: str) -> Schema:
        """
        Return the schema without the fields and groups that have these keys.

        Raises:
            ConfigurationError: no field has such a key.
        """
        for key in keys:
            self._require(key, "exclude", self.names)
        return self.changed(lambda item: None if item.key in keys else item)

    def static(self, members: Mapping[str, Any]) -> Schema:
        """
        Return the schema with fields that have the same value in every line.

        They stand where the schema has its place for such fields, else at the end.

        Raises:
            ConfigurationError: a field has such a key.
        """
        added = tuple(Field(key, Input.CONSTANT, value=value) for key, value in members.items())
        if not any(item.input is Input.STATIC for item in leaves(self.fields)):
            return self.replace((*self.fields, *added))
        return self.replace(_inserted(self.fields, added))

    def order(self, *keys: str) -> Schema:
        """
        Return the schema with the fields of these keys first, in this order.

        Raises:
            ConfigurationError: no field at the outside has such a key.
        """
        by_key = {item.key: item for item in self.fields}
        for key in keys:
            self._require(key, "order", tuple(by_key))
        first = [by_key[key] for key in dict.fromkeys(keys)]
        return self.replace((*first, *(item for item in self.fields if item not in first)))

    def _renamable(self) -> tuple[str, ...]:
        if not self.fixed:
            return self.keys
        free = [item.fields for item in walk(self.fields) if item.form is Form.KEY_VALUES]
        return tuple(
            field.key for fields in free for field in leaves(fields) if field.form is Form.VALUE
        )

    @property
    def names(self) -> tuple[str, ...]:
        """All names that `exclude` knows: the keys, and those of places for many members."""
        return tuple(item.key for item in walk(self.fields))

    def changed(self, change: Callable[[Any], Any]) -> Schema:
        """Return the schema with each field as `change` returns it; None takes it out."""
        return self.replace(_changed(self.fields, change))

    def replace(self, fields: Iterable[Item]) -> Schema:
        """Return the schema with other fields, and all that it says of its backend."""
        return Schema(
            self.name,
            fields,
            paths=self.paths,
            reserved=self.reserved,
            defaults=self.defaults,
            variables=self.variables,
            fixed=self.fixed,
        )

    def _require(self, key: str, option: str, known: tuple[str, ...]) -> None:
        if key not in known:
            msg = (
                f"{option}: {key!r} is no field of schema {self.name!r}; "
                f"its fields are {', '.join(dict.fromkeys(known))}"
            )
            if self.fixed and key in self.keys:
                msg = (
                    f"{option}: {key!r} is a key of the protocol that schema {self.name!r} writes, "
                    f"and has to stay; what may change are {', '.join(known)}"
                )
            raise ConfigurationError(msg)

    def _state(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in sorted(self.__slots__))

    def __getstate__(self) -> tuple[Any, ...]:
        """Return the parts: the oldest protocols of pickle cannot find slots by themselves."""
        return self._state()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take the parts."""
        for name, value in zip(sorted(self.__slots__), state, strict=True):
            setattr(self, name, value)

    def __eq__(self, other: object) -> bool:
        """Return whether the other is a schema of the same parts."""
        return type(other) is Schema and self._state() == other._state()

    def __hash__(self) -> int:
        """Return a number that equal schemas share."""
        return hash(self.name)

    def __repr__(self) -> str:
        """Return the name and the keys."""
        return f"<Schema {self.name!r}: {', '.join(self.keys)}>"


def walk(fields: Iterable[Item]) -> Iterator[Any]:
    """Yield fields and groups, those inside of groups too, in their order."""
    for item in fields:
        yield item
        if isinstance(item, Group):
            yield from walk(item.fields)


def leaves(fields: Iterable[Item]) -> Iterator[Field]:
    """Yield the fields alone, those inside of groups too."""
    return (item for item in walk(fields) if isinstance(item, Field))


def _changed(fields: Iterable[Item], change: Callable[[Any], Any]) -> tuple[Item, ...]:
    result = []
    for item in fields:
        new = change(item)
        if isinstance(new, Group):
            new = new._replace(fields=_changed(new.fields, change))
        if new is not None:
            result.append(new)
    return tuple(result)


def _inserted(fields: Iterable[Item], added: tuple[Field, ...]) -> tuple[Item, ...]:
    """Return the fields with others before each place for static ones."""
    result: list[Item] = []
    for item in fields:
        if isinstance(item, Group):
            result.append(item._replace(fields=_inserted(item.fields, added)))
        else:
            result += [*added, item] if item.input is Input.STATIC else [item]
    return tuple(result)


TIME_FORMS = frozenset(
    {
        *(Form.RFC3339, Form.RFC3339_MS, Form.RFC3339_NS),
        *(Form.LOCAL, Form.LOCAL_MS, Form.LOCAL_NS),
        *(Form.EPOCH, Form.EPOCH_MS, Form.EPOCH_US, Form.EPOCH_NS),
    }
)
"""How a timestamp may be written by option."""
LEVEL_FORMS = frozenset({Form.LOWER, Form.UPPER, Form.VALUE})
"""How a level may be written for people; the option may also take a number."""

_FORMS = {
    Input.TIMESTAMP: TIME_FORMS | {Form.UNIX_NANO},
    Input.LEVEL: LEVEL_FORMS | {Form.TEXT, Form.NUMBER, Form.SEVERITY_NUMBER, Form.LOG_SEVERITY},
    Input.LOGGER: {Form.VALUE, Form.TEXT},
    Input.MESSAGE: {Form.VALUE, Form.ANY_VALUE},
    Input.FORMAT_ARGS: {Form.VALUE, Form.TEXT},
    Input.TRACE_ID: {Form.HEX, Form.DATADOG, Form.XRAY, Form.TRACE_NAME},
    Input.SPAN_ID: {Form.HEX, Form.DECIMAL},
    Input.TRACE_FLAGS: {Form.HEX, Form.NUMBER, Form.SAMPLED},
    Input.RESOURCE: {Form.MEMBERS},
    Input.RESOURCE_REST: {Form.MEMBERS},
    Input.STATIC: {Form.MEMBERS},
    Input.ATTRIBUTES: {Form.MEMBERS},
}
_GROUP_FORMS = {Form.OBJECT, Form.LIST, Form.KEY_VALUES}
_ONCE = {Input.ATTRIBUTES, Input.STATIC, Input.TRUNCATED}


def _check(schema: Schema) -> None:
    _check_items(schema, schema.fields, Form.OBJECT)
    inputs = [field.input for field in leaves(schema.fields)]
    for given in _ONCE:
        if inputs.count(given) > 1:
            _refuse(schema, f"Input.{given.name} stands at {inputs.count(given)} places; leave one")

    met = paths_that_meet(_key_paths(schema.fields)) if schema.paths else None
    if met is not None:
        _refuse(schema, f"the key {met[1]!r} leads through {met[0]!r}, a value; rename one of both")


def _key_paths(items: Iterable[Item], outer: str = "") -> list[str]:
    """Return the keys of an object, those inside of other objects as paths."""
    found: list[str] = []
    for item in items:
        if isinstance(item, Group) and item.form is Form.OBJECT and not _holds_members(item):
            found += _key_paths(item.fields, f"{outer}{item.key}.")
        elif item.form is not Form.MEMBERS:
            found.append(outer + item.key)
    return found


def _holds_members(group: Group) -> bool:
    return any(item.form is Form.MEMBERS for item in group.fields)


def _check_items(schema: Schema, items: Iterable[Item], outer: Form) -> None:
    seen: set[str] = set()
    for item in items:
        if isinstance(item, Group):
            if item.form not in _GROUP_FORMS:
                names = " or ".join(sorted(f"Form.{form.name}" for form in _GROUP_FORMS))
                _refuse(schema, f"group {item.key!r} cannot be a Form.{_name(item.form)}; {names}")
            _check_items(schema, item.fields, item.form)
        elif isinstance(item, Field):
            _check_form(schema, item, outer)
        else:
            _refuse(schema, f"{item!r} is no tracefmt.Field")
        if item.form is Form.MEMBERS or outer is Form.LIST:
            continue
        require_text(item.key, f"schema {schema.name!r}: a key")
        if item.key in seen:
            _refuse(schema, f"two fields have the key {item.key!r}; rename one")
        seen.add(item.key)


def _check_form(schema: Schema, field: Field, outer: Form) -> None:
    if not isinstance(field.input, Input):
        _refuse(schema, f"field {field.key!r} has {field.input!r} for its input; write an Input")
    allowed = _FORMS.get(field.input, {Form.VALUE})
    if outer is Form.KEY_VALUES:  # what stands there is an AnyValue
        never = {Input.TIMESTAMP, Input.LEVEL, Input.LOGGER}
        allowed = set() if field.input in never else allowed & {Form.VALUE, Form.MEMBERS}
    if outer is Form.LIST:
        allowed = allowed - {Form.MEMBERS}
    if field.form not in allowed:
        names = " or ".join(sorted(f"Form.{form.name}" for form in allowed)) or "another input"
        _refuse(
            schema,
            f"field {field.key!r} cannot write Input.{field.input.name} as "
            f"Form.{_name(field.form)}; write {names}",
        )


def _name(form: Any) -> str:
    return getattr(form, "name", repr(form))


def _refuse(schema: Schema, what: str) -> NoReturn:
    msg = f"schema {schema.name!r}: {what}"
    raise ConfigurationError(msg)


def require_text(name: object, what: str) -> None:
    """Raise where a name cannot be a key: a lone surrogate's visible text could be another's."""
    if not isinstance(name, str) or not name:
        msg = f"{what} is text and not empty, not {name!r}"
        raise ConfigurationError(msg)
    try:
        name.encode()
    except UnicodeEncodeError:
        msg = f"{what} is text without lone surrogates, not {name!r}"
        raise ConfigurationError(msg) from None
