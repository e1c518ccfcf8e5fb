"""The layouts by name, each imported when it is asked for."""

from __future__ import annotations

import importlib

from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._schema import Schema

NAMES = ("aws", "datadog", "ecs", "flat", "gcp", "logstash", "otlp")
"""Each is a module of this package with the table under its name in capitals."""


def get(schema: str | Schema | None) -> Schema:
    """
    Return the schema of that name; a `Schema` is returned as it is, None means ``"flat"``.

    Raises:
        ConfigurationError: there is no such schema.

    Example:
        >>> from tracefmt import schemas
        >>> schemas.get("ecs").keys[:4]
        ('@timestamp', 'log.level', 'message', 'ecs.version')
    """
    if schema is None:
        schema = "flat"
    if isinstance(schema, Schema):
        return schema
    if isinstance(schema, str) and schema in NAMES:
        module = importlib.import_module(f"tracefmt.schemas.{schema}")
        found: Schema = getattr(module, schema.upper())
        return found
    msg = f"schema: there is no {schema!r}; write one of {', '.join(NAMES)}, or a tracefmt.Schema"
    raise ConfigurationError(msg)
