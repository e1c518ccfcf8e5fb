"""What a call of `tracefmt.Logger` needs where it cannot go the straight way."""

from __future__ import annotations

import functools
import logging
import os
import sys
import threading
import time
import types
from collections.abc import Mapping
from typing import Any

from tracefmt._cold.handler import report
from tracefmt._cold.record import STANDARD
from tracefmt._cold.text import unrepresentable

_TAKEN = STANDARD | {"taskName"}
_LAZY = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    functools.partial,
)

# What agents and tests replace on logging.Logger, and what subclasses override, to see each record.
HOOKS = (
    *("_log", "callHandlers", "filter", "findCaller", "getEffectiveLevel", "handle"),
    *("isEnabledFor", "makeRecord"),
)
_ORIGINAL = {name: getattr(logging.Logger, name) for name in HOOKS}


# The clock that records take their time from; tests that stop time replace it.
CLOCK_NAME = "time_ns" if sys.version_info >= (3, 13) else "time"
CLOCK = getattr(time, CLOCK_NAME)


def is_untouched(kind: type) -> bool:
    """Return whether a logger's class does everything that leads to a record as logging does."""
    return all(
        getattr(kind, name, None) is method or (name == "findCaller" and is_of_structlog(kind))
        for name, method in _ORIGINAL.items()
    )


def is_of_structlog(kind: type) -> bool:
    """
    Return whether a logger's class finds callers as `structlog.stdlib.LoggerFactory` has it.

    That one makes it the class of all new loggers; it passes over structlog's frames, and does all
    else as logging does.
    """
    return getattr(kind.findCaller, "__module__", None) == "structlog.stdlib"  # type: ignore[attr-defined]


def merged(
    bound: Mapping[str, Any] | None, extra: Mapping[str, Any] | None, fields: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return all attributes of one call as logging's `extra`; later ones replace earlier ones."""
    if not bound and not fields:
        return extra
    result = dict(bound or {})
    if extra:
        result.update(extra)
    result.update(resolved(fields))
    return result


def resolved(fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return keyword fields as attributes.

    Functions are called for their value.  A name that a record has itself gets ``_`` appended,
    since logging would refuse the call.
    """
    return {_free(name): _value(value) for name, value in fields.items()}


def _free(name: str) -> str:
    return f"{name}_" if name in _TAKEN else name


def _value(value: Any) -> Any:
    if type(value) not in _LAZY:
        return value
    try:
        return value()
    except Exception as error:
        return unrepresentable(value, error)


def given(exc_info: Any) -> Any:
    """Return what logging makes of a call's ``exc_info``: a triple, or the false value it was."""
    if exc_info:
        if isinstance(exc_info, BaseException):
            return (type(exc_info), exc_info, exc_info.__traceback__)
        if not isinstance(exc_info, tuple):
            return sys.exc_info()
    return exc_info


def report_call(
    handler: logging.Handler, name: str, level: int, msg: Any, args: Any, error: BaseException
) -> None:
    """Call `handleError` for a call that never had a record: with one that says what was called."""
    report(handler, logging.LogRecord(name, level, "", 0, msg, args, None), error)


def record_of(name: Any, level_name: Any, msg: Any) -> logging.LogRecord:
    """Return a record that says what little is known of a call."""
    return logging.makeLogRecord({"name": name, "levelname": level_name, "msg": msg})


def refuse_level(level: Any) -> None:
    """Do what `Logger.log` does with a level that is no integer."""
    if logging.raiseExceptions:
        raise TypeError(f"level must be an integer, not {level!r}")


def task_name() -> str | None:
    """Return the name of the asyncio task that is running, as records have it from 3.12 on."""
    if not logging.logAsyncioTasks:  # type: ignore[attr-defined, unused-ignore]
        return None
    try:
        task = sys.modules["asyncio"].current_task()
        return None if task is None else str(task.get_name())
    except Exception:
        return None


def worker() -> tuple[int | None, str | None, int | None, str | None]:
    """Return id and name of the process, and of the thread, as `logging.LogRecord` finds them."""
    process, thread = logging.logProcesses, logging.logThreads
    return (
        os.getpid() if process else None,
        _process_name() if logging.logMultiprocessing else None,
        threading.get_ident() if thread else None,
        threading.current_thread().name if thread else None,
    )


def _process_name() -> str:
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None:
        return "MainProcess"
    try:
        name: str = multiprocessing.current_process().name
    except Exception:  # it is being imported
        return "MainProcess"
    return name
