"""The layouts by name."""

from __future__ import annotations

from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._schema import Schema
from tracefmt.schemas.flat import FLAT

SCHEMAS = {schema.name: schema for schema in (FLAT,)}


def get(schema: str | Schema | None) -> Schema:
    """
    Return the schema of that name; a `Schema` is returned as it is, None means ``"flat"``.

    Raises:
        ConfigurationError: there is no such schema.
    """
    if schema is None:
        return FLAT
    if isinstance(schema, Schema):
        return schema
    if isinstance(schema, str) and schema in SCHEMAS:
        return SCHEMAS[schema]
    names = ", ".join(sorted(SCHEMAS))
    msg = f"schema: there is no {schema!r}; write one of {names}, or a tracefmt.Schema"
    raise ConfigurationError(msg)
