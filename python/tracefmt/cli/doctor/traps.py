"""The known traps: each a function that yields what it finds, and what to write instead."""

from __future__ import annotations

import logging
import logging.handlers
import os
from collections.abc import Iterator
from importlib.util import find_spec

import tracefmt
from tracefmt.cli.doctor.extension import Extension
from tracefmt.cli.doctor.handlers import Survey, captures, formats_with_tracefmt
from tracefmt.cli.doctor.report import Trap
from tracefmt.cli.doctor.runtime import Runtime, trace_id_of

REINSTALL = "pip install --force-reinstall tracefmt-otel (in a checkout: make build)"


def all_of(
    extension: Extension, survey: Survey, core_error: ImportError | None = None
) -> Iterator[Trap]:
    """Yield every trap that this process is in."""
    yield from unusable_extension(extension, core_error)
    if core_error is None:
        yield from pure_core_by_force(extension)
    yield from sdk_disabled()
    yield from double_ids()
    yield from filter_on_logger(survey)
    yield from formatted_later(survey)
    if _has_opentelemetry():
        yield from other_runtime()
        yield from listener_in_span(survey)
    else:
        yield Trap(
            "no-opentelemetry-api",
            "opentelemetry-api is not installed: there is no span to read, and a Formatter without "
            "span_source= raises.",
            "pip install opentelemetry-api, or pass span_source= to tracefmt.Formatter",
        )


def _has_opentelemetry() -> bool:
    try:
        return find_spec("opentelemetry.trace") is not None
    except ModuleNotFoundError:  # not even the package that it would be in
        return False


def unusable_extension(extension: Extension, core_error: ImportError | None) -> Iterator[Trap]:
    """The extension file belongs to another version, or does not load."""
    if extension.error is not None:
        yield Trap(
            "broken-extension",
            f"{extension.path} does not load: {extension.error}. `import tracefmt` raises for it.",
            REINSTALL,
        )
    elif extension.path is not None and extension.version != tracefmt.__version__:
        yield Trap(
            "stale-extension",
            f"{extension.path} was built from version {extension.version}, and the package is of "
            f"version {tracefmt.__version__}: a stale build, or two installations on one path. "
            "`import tracefmt` raises CoreError for it.",
            REINSTALL,
        )
    elif core_error is not None:
        yield Trap("unusable-core", f"`import tracefmt` raises: {core_error}.", "what it says")


def pure_core_by_force(extension: Extension) -> Iterator[Trap]:
    """The environment takes the Rust core away although it is there."""
    if os.environ.get("TRACEFMT_CORE") == "python" and extension.version == tracefmt.__version__:
        yield Trap(
            "pure-core",
            "TRACEFMT_CORE=python forces the pure-Python core although the Rust core is installed: "
            "every line costs many times as much.",
            "unset TRACEFMT_CORE",
        )


def sdk_disabled() -> Iterator[Trap]:
    """No spans, no ids."""
    if _is_true("OTEL_SDK_DISABLED"):
        yield Trap(
            "sdk-disabled",
            "OTEL_SDK_DISABLED=true: the SDK starts no spans, so lines get no ids unless the "
            "service's caller sent some.",
            "unset OTEL_SDK_DISABLED",
        )


def double_ids() -> Iterator[Trap]:
    """Another library puts ids on the records too."""
    record = logging.getLogger().makeRecord(
        "tracefmt.doctor", logging.INFO, __file__, 0, "examined", (), None
    )
    if hasattr(record, "otelTraceID"):
        yield Trap(
            "double-ids",
            "LoggingInstrumentor puts otelTraceID and otelSpanID on every record. A "
            "tracefmt.Formatter leaves them out and writes its own, but every record pays for "
            'both, and other formatters write them, as "0" where there is no span.',
            "LoggingInstrumentor().instrument(inject_trace_context=False, "
            "set_logging_format=False), with OTEL_PYTHON_LOG_CORRELATION unset",
        )
    elif _is_true("OTEL_PYTHON_LOG_CORRELATION"):
        yield Trap(
            "double-ids",
            "OTEL_PYTHON_LOG_CORRELATION=true: LoggingInstrumentor, once it is in force, puts ids "
            "of its own on every record and a second handler on the root logger.",
            "unset OTEL_PYTHON_LOG_CORRELATION",
        )
    if "dd.trace_id" in vars(record):
        yield Trap(
            "double-ids-datadog",
            "ddtrace puts dd.trace_id and dd.span_id on every record: a line carries one id in two "
            "spellings.",
            "DD_LOGS_INJECTION=false, or tracefmt.Formatter(exclude=['dd.trace_id', 'dd.span_id', "
            "'dd.service', 'dd.env', 'dd.version'])",
        )


def _is_true(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() == "true"


def filter_on_logger(survey: Survey) -> Iterator[Trap]:
    """A filter on a logger does not see the records of the loggers below it."""
    for logger in survey.loggers:
        if any(isinstance(found, tracefmt.ContextFilter) for found in logger.filters):
            yield Trap(
                "filter-on-logger",
                f"A ContextFilter is on the logger {logger.name!r}: it does not see the records of "
                "the loggers below, so these get no captured ids.",
                "handler.addFilter(tracefmt.ContextFilter()), on the handler that passes records "
                "on to a queue or a buffer",
            )


def formatted_later(survey: Survey) -> Iterator[Trap]:
    """A tracefmt.Formatter behind a queue or a buffer cannot see the caller's span."""
    for where, handler in survey.places:
        if captures(handler):
            continue
        if isinstance(handler, logging.handlers.QueueHandler):
            if any(formats_with_tracefmt(target) for target in survey.behind(handler)):
                yield Trap(
                    "plain-queue-handler",
                    f"{where}: logging's QueueHandler stands in front of a tracefmt.Formatter, "
                    "which runs in the listener's thread, where the caller's span is not active. "
                    "The ids are lost, and a traceback is glued to the message.",
                    "tracefmt.QueueHandler(queue) in place of logging.handlers.QueueHandler(queue)",
                )
        elif isinstance(handler, logging.handlers.MemoryHandler):
            target = handler.target
            if target is not None and formats_with_tracefmt(target):
                yield Trap(
                    "plain-memory-handler",
                    f"{where}: a MemoryHandler stands in front of a tracefmt.Formatter, which runs "
                    "at the flush and writes the ids of the span that is active then.",
                    "memory_handler.addFilter(tracefmt.ContextFilter())",
                )


def other_runtime() -> Iterator[Trap]:
    """The active span is not in OpenTelemetry's own context variable."""
    runtime = Runtime.in_force()
    if not runtime.is_stock:
        variable = os.environ.get("OTEL_PYTHON_CONTEXT", "")
        yield Trap(
            "other-context-runtime",
            f"OpenTelemetry keeps its context in {runtime.name} (OTEL_PYTHON_CONTEXT={variable}): "
            "the ids are right, but each line reads them through the public API, at several times "
            "the cost.",
            "unset OTEL_PYTHON_CONTEXT, unless a tool needs it (ddtrace sets it where "
            "DD_TRACE_OTEL_ENABLED is true)",
        )


def listener_in_span(survey: Survey) -> Iterator[Trap]:
    """A listener's thread that holds a span stamps it on every record."""
    for listener in survey.listeners:
        feeding = survey.feeding(listener)
        if feeding and all(captures(handler) for handler in feeding):
            continue
        if not any(formats_with_tracefmt(handler) for handler in listener.handlers):
            continue
        thread = getattr(listener, "_thread", None)
        if thread is None:  # it does not run
            continue
        trace_id = trace_id_of(thread)
        if trace_id is not None:
            yield Trap(
                "listener-in-span",
                f"{thread.name}: this QueueListener was started inside a span, and its thread "
                f"holds that for good. Every record it formats gets trace {trace_id}.",
                "start the listener before any span is active, and feed it with "
                "tracefmt.QueueHandler(queue), whose records bring their own ids",
            )
