"""What the environment says about the service, by OpenTelemetry's variables."""

from __future__ import annotations

import os


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


def service_name() -> str | None:
    """Return ``OTEL_SERVICE_NAME``, else ``service.name`` of the attributes, else None."""
    return os.environ.get("OTEL_SERVICE_NAME") or attributes().get("service.name") or None


def _decoded(value: str) -> str:
    if "%" not in value:
        return value
    from urllib.parse import unquote  # noqa: PLC0415  # costs milliseconds, and is seldom needed

    return unquote(value)
