"""What is known of the service: by options, and by the environment in OpenTelemetry's variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas._field import Input
from tracefmt.schemas._schema import leaves

if TYPE_CHECKING:
    from tracefmt.schemas import Schema

NAMES = {
    Input.SERVICE: ("service.name",),
    Input.SERVICE_VERSION: ("service.version",),
    Input.SERVICE_ENVIRONMENT: ("deployment.environment.name", "deployment.environment"),
    Input.SERVICE_INSTANCE: ("service.instance.id",),
}
"""Which attribute of the resource a field shows; the second name is OpenTelemetry's older one."""

# RFC 9562: the version and the variant of a random UUID.
_NO_VERSION = ~(0xF << 76 | 0x3 << 62)
_VERSION_4 = 0x4 << 76 | 0x2 << 62
_PROJECT = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT")


def attributes() -> dict[str, str]:
    """
    Return ``OTEL_RESOURCE_ATTRIBUTES`` as OpenTelemetry's Python SDK reads it.

    Blanks around keys and values are dropped, values are percent-decoded, pairs without ``=`` or
    without a key are skipped, and the last of several equal keys counts.
    """
    pairs = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(",")
    split = [pair.partition("=") for pair in pairs]
    return {
        key.strip(): _decoded(value.strip())
        for key, equals, value in split
        if equals and key.strip()
    }


def resolve(schema: Schema, service: str | None, resource: Any) -> dict[str, Any]:
    """
    Return all that is known of the service.

    Options go before the schema's own variables, these before OpenTelemetry's.  Empty values of
    the environment are no values.
    """
    found: dict[str, Any] = {}
    name = os.environ.get("OTEL_SERVICE_NAME")
    backend = {
        attribute: value
        for variable, attribute in schema.variables.items()
        if (value := os.environ.get(variable))
    }
    for source in (attributes(), {"service.name": name} if name else {}, backend):
        found.update({key: value for key, value in source.items() if value})
    found.update(given(resource))
    if service is not None:
        found["service.name"] = service
    if any(field.input is Input.RESOURCE for field in leaves(schema.fields)):
        # what OpenTelemetry asks of every resource, and its SDKs put there
        found = {"service.name": "unknown_service:python", **found}
        found.setdefault("service.instance.id", instance_id(os.getpid()))
    return found


@lru_cache(maxsize=1)
def instance_id(pid: int) -> str:  # noqa: ARG001  # a child process is an instance of its own
    """Return a random id, the same for all that is built in one process."""
    digits = f"{int.from_bytes(os.urandom(16), 'big') & _NO_VERSION | _VERSION_4:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def has_made_up_id(known: Mapping[str, Any]) -> bool:
    """Return whether the instance's id is the random one, which nobody has set."""
    found = known.get("service.instance.id")
    return found is not None and found == instance_id(os.getpid())


def given(resource: Any) -> dict[str, Any]:
    """Return the option `resource` as a dict: a mapping, or OpenTelemetry's `Resource`."""
    found = getattr(resource, "attributes", resource)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        msg = f"resource: write a mapping such as {{'service.version': '1.2'}}, not {resource!r}"
        raise ConfigurationError(msg)
    return dict(found)


def value_of(known: Mapping[str, Any], field: Input) -> Any:
    """Return what a field shows of the resource, or None."""
    for name in NAMES[field]:
        value = known.get(name)
        if value is not None and not (type(value) is str and not value):
            return value
    return None


def project() -> str | None:
    """Return the id of the Google Cloud project that the environment names."""
    return next((value for name in _PROJECT if (value := os.environ.get(name))), None)


def _decoded(value: str) -> str:
    if "%" not in value:
        return value
    from urllib.parse import unquote  # noqa: PLC0415  # costs milliseconds, and is seldom needed

    return unquote(value)
