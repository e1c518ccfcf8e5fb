"""What both cores ask about structlog's event dicts, where the answer is not at hand."""

from __future__ import annotations

import datetime
import logging
import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from tracefmt._cold.exception import ExceptionText
from tracefmt._cold.last_resort import NOTHING_LEFT, line_of
from tracefmt._cold.logger import worker as worker_of_call
from tracefmt._cold.record import CAPTURE, own_items
from tracefmt._cold.text import safe_str, unrepresentable

LEVELS = {
    "debug": "DEBUG",
    "info": "INFO",
    "msg": "INFO",
    "warning": "WARNING",
    "warn": "WARNING",
    "error": "ERROR",
    "err": "ERROR",
    "exception": "ERROR",
    "failure": "ERROR",
    "critical": "CRITICAL",
    "fatal": "CRITICAL",
}
"""Logging's names for what structlog's loggers call their methods; the Rust core has the same."""

CLOCK = time.time
"""The system's clock; tests that stop time replace it in its module."""

VARIABLE_PREFIX = "structlog_"
"""What the names of structlog's context variables begin with."""


def items_of(event_dict: Any) -> dict[Any, Any]:
    """Return an event dict as an exact `dict`; what is no mapping at all becomes the event."""
    kind = type(event_dict)
    try:
        if issubclass(kind, dict):
            return own_items(event_dict)
        if issubclass(kind, Mapping):
            return dict(event_dict)
    except Exception as error:
        return {"event": unrepresentable(event_dict, error)}
    return {"event": event_dict}


def last_line_of(logger: Any, method_name: Any, event_dict: Any, error: BaseException) -> bytes:
    """Return the line of last resort, with what little can be said of a call."""
    try:
        said = SimpleNamespace(
            name=name_of(logger),
            levelname=LEVELS.get(method_name) if type(method_name) is str else None,
            msg=event_dict.get("event") if type(event_dict) is dict else None,
        )
        return line_of(said, error)
    except Exception:
        return NOTHING_LEFT


def name_of(logger: Any) -> str | None:
    """Return the name of the logger that structlog has wrapped, if it has one."""
    try:
        name = getattr(logger, "name", None)
    except Exception:
        return None
    return name if type(name) is str else None


def said_by(record: Any) -> tuple[Any, ...]:
    """
    Return what the record under ``_record`` says: `ProcessorFormatter` puts it there.

    That is the logger's name, the level's name, the time, path, line and function of the call, and
    the mark of `Captured`; None for each that is not there.
    """
    names = ("name", "levelname", "created", "pathname", "lineno", "funcName", CAPTURE)
    if not issubclass(type(record), logging.LogRecord):
        return (None,) * len(names)
    return tuple(record.__dict__.get(name) for name in names)


def worker(record: Any) -> tuple[int | None, str | None, int | None, str | None]:
    """
    Return process and its name, thread and its name: those of the record, if there is one.

    Otherwise those of the call, as logging finds them; structlog's asynchronous methods run the
    processors in another thread, and keep the one that awaits them in a context variable.
    """
    if issubclass(type(record), logging.LogRecord):
        names = ("process", "processName", "thread", "threadName")
        process, process_name, thread, thread_name = map(record.__dict__.get, names)
        return process, process_name, thread, thread_name
    process, process_name, thread, thread_name = worker_of_call()
    variables = getattr(sys.modules.get("structlog"), "contextvars", None)
    awaiting = getattr(variables, "_ASYNC_CALLING_THREAD", None)
    if awaiting is not None and logging.logThreads:
        thread, thread_name = awaiting.get((thread, thread_name))
    return process, process_name, thread, thread_name


def created(timestamp: Any) -> Any:
    """Return the time that a processor wrote as seconds; what is no time with a zone, as it is."""
    moment = timestamp
    try:
        if type(timestamp) is str:
            text = f"{timestamp[:-1]}+00:00" if timestamp[-1:] in ("Z", "z") else timestamp
            moment = datetime.datetime.fromisoformat(text)
        if type(moment) is datetime.datetime and moment.tzinfo is not None:
            return moment.timestamp()
    except Exception:
        return timestamp
    return timestamp


def arguments(args: tuple[Any, ...]) -> Any:
    """Return the arguments as a record has them: a single mapping stands for itself."""
    if len(args) == 1 and issubclass(type(args[0]), Mapping):
        try:
            return args[0] or args
        except Exception:
            return args
    return args


def exc_info(given: Any) -> Any:
    """Return the exception that ``exc_info=`` speaks of: itself, or the one being handled."""
    kind = type(given)
    if issubclass(kind, (BaseException, tuple)):
        return given
    try:
        return sys.exc_info() if given else None
    except Exception:  # no truth value
        return None


def texts_of(stacks: list[Any]) -> ExceptionText | None:
    """
    Return the texts of what `structlog.processors.dict_tracebacks` made of an exception.

    The stacktrace has the form of `traceback`'s, without source lines and local variables, since
    these are in no stack or not for every reader.  None where this is no such list.
    """
    try:
        first = stacks[0]
        kind, message = str(first["exc_type"]), str(first["exc_value"])
        return ExceptionText(kind, message, "".join(_chain(stacks)), _chain_as_data(stacks))
    except Exception:
        return None


_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def _chain(stacks: list[Any]) -> list[str]:
    parts: list[str] = []
    for index in range(len(stacks) - 1, -1, -1):  # the last one happened first
        parts += _one(stacks[index])
        if index:
            # a stack says of itself whether it is the cause of the one before it
            parts.append(_CAUSE if stacks[index]["is_cause"] else _CONTEXT)
    return parts


def _one(stack: dict[str, Any]) -> list[str]:
    parts = ["Traceback (most recent call last):\n"] if stack["frames"] else []
    parts += [
        f'  File "{frame["filename"]}", line {frame["lineno"]}, in {frame["name"]}\n'
        for frame in stack["frames"]
    ]
    kind, message = stack["exc_type"], stack["exc_value"]
    parts.append(f"{kind}: {message}\n" if message else f"{kind}\n")
    parts += [f"{note}\n" for note in stack.get("exc_notes") or ()]
    for number, member in enumerate(stack.get("exceptions") or (), 1):
        parts.append(f"---------------- {number} ----------------\n")
        parts += _chain(member)
    return parts


def _chain_as_data(stacks: list[Any]) -> list[dict[str, Any]]:
    """Return the stacks as `tracefmt._cold.exception_chain` has them, without variables."""
    return [_one_as_data(stack, is_first=not index) for index, stack in enumerate(stacks)]


def _one_as_data(stack: dict[str, Any], *, is_first: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": str(stack["exc_type"]),
        "message": str(stack["exc_value"]),
    }
    if not is_first:
        found["relation"] = "cause" if stack["is_cause"] else "context"
    if notes := stack.get("exc_notes"):
        found["notes"] = [str(note) for note in notes]
    found["frames"] = [
        {"file": frame["filename"], "line": frame["lineno"], "function": frame["name"]}
        for frame in stack["frames"]
    ]
    if members := stack.get("exceptions"):
        found["exceptions"] = [_chain_as_data(member) for member in members]
    return found


def stack_text(given: Any) -> str | None:
    """Return the text for a call's ``stack_info=``: of the caller's stack, if that is asked for."""
    try:
        if not given:
            return None
        # structlog is there if one of its event dicts is
        from structlog._frames import (  # noqa: PLC0415
            _find_first_app_frame_and_name,
            _format_stack,
        )

        return _format_stack(_find_first_app_frame_and_name(_OWN)[0])
    except Exception as error:
        return f"<no stack: {safe_str(error)}>"


def caller() -> tuple[Any, Any, Any]:
    """Return path, line and function of the call, also of one whose line another thread writes."""
    try:
        from structlog._frames import _find_first_app_frame_and_name  # noqa: PLC0415

        frame = _find_first_app_frame_and_name(_OWN)[0]
    except Exception:
        return None, None, None
    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name


_OWN = ["tracefmt.", "logging"]
"""Modules between the call and this one, besides structlog's own."""
