"""What is in force: versions, core, tracing, handlers."""

from __future__ import annotations

import logging
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import tracefmt
from tracefmt.cli.doctor.extension import Extension
from tracefmt.cli.doctor.handlers import Place, Survey
from tracefmt.cli.doctor.report import Fact
from tracefmt.cli.doctor.runtime import Runtime

NOT_INSTALLED = "not installed"


def all_of(
    extension: Extension, survey: Survey, core_error: ImportError | None = None
) -> Iterator[Fact]:
    """Yield every fact."""
    yield from _tracefmt(extension, core_error)
    yield from _python()
    yield from _opentelemetry()
    yield from _handlers(survey)


def _tracefmt(extension: Extension, core_error: ImportError | None) -> Iterator[Fact]:
    yield Fact("tracefmt", "version", tracefmt.__version__)
    forced = os.environ.get("TRACEFMT_CORE")
    core = tracefmt.core + (f" (TRACEFMT_CORE={forced})" if forced else "")
    if core_error is not None:
        core = f"none that can be used; this report is made with the {tracefmt.core} core"
    yield Fact("tracefmt", "core", core)
    yield Fact("tracefmt", "extension", extension.path or "none: this is a pure-Python build")


def _python() -> Iterator[Fact]:
    yield Fact("python", "version", f"{platform.python_version()}, {sys.implementation.name}")
    yield Fact("python", "executable", sys.executable or "none")
    inherits = getattr(sys.flags, "thread_inherit_context", 0)
    threads = "inherit the context" if inherits else "start without context"
    yield Fact("python", "new threads", threads)


def _opentelemetry() -> Iterator[Fact]:
    yield Fact("opentelemetry", "API", _version("opentelemetry-api"))
    yield Fact("opentelemetry", "SDK", _version("opentelemetry-sdk"))
    try:
        from opentelemetry import trace  # noqa: PLC0415  # where it is missing, a trap says so
    except ImportError:
        return
    provider = type(trace.get_tracer_provider())
    unset = " (no SDK was set up in this process)" if provider is trace.ProxyTracerProvider else ""
    yield Fact("opentelemetry", "tracer provider", f"{_name(provider)}{unset}")
    yield Fact("opentelemetry", "span source", "the span that opentelemetry-api calls current")
    runtime = Runtime.in_force()
    way = "straight from its context variable" if runtime.is_stock else "through the public API"
    yield Fact("opentelemetry", "context runtime", f"{runtime.name} (read {way})")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return NOT_INSTALLED


def _handlers(survey: Survey) -> Iterator[Fact]:
    for place in survey.places:
        yield Fact("handlers", place.where, _describe(place))
    if not survey.places:
        yield Fact("handlers", "root", "none in this process; --app or -m imports an application")


def _describe(place: Place) -> str:
    handler = place.handler
    parts = [_name(type(handler))]
    if handler.level:
        parts.append(f"from {logging.getLevelName(handler.level)}")
    target = _target(handler)
    if target:
        parts.append(f"to {target}")
    if handler.formatter is not None:
        parts.append(f"through {_name(type(handler.formatter))}")
    return " ".join(parts)


def _target(handler: Any) -> str | None:
    filename = getattr(handler, "baseFilename", None)
    if filename is not None:
        return str(filename)
    stream = getattr(handler, "stream", None)
    return None if stream is None else str(getattr(stream, "name", type(stream).__name__))


def _name(kind: type) -> str:
    package = kind.__module__.partition(".")[0]
    if package == "tracefmt" and kind.__name__ in tracefmt.__all__:
        return f"tracefmt.{kind.__name__}"  # as it is imported
    return f"{kind.__module__}.{kind.__qualname__}"
