"""
The calls that are measured, each in a loop of its own.

A call stands in the loop as an application would write it, with its attributes at hand in variables
and the mapping or the keywords built at the call: ``log.info("…", extra={"user_id": user_id, …})``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from tracefmt.cli.bench.workloads import LOGGER, Workload

Loop: TypeAlias = Callable[[int], None]


class PaymentError(Exception):
    """What W5 logs."""


def settle(order: str) -> None:
    """Raise, three frames below the call that logs."""
    raise PaymentError(f"order {order}: the bank said no")


def charge(order: str) -> None:
    """Call what raises."""
    settle(order)


def logging_loop(log: Any, workload: Workload) -> Loop:
    """Return the loop for a logger with the standard library's methods."""
    if workload.exception:
        return exception_loop(log, workload)
    return compiled_loop(f"log.info({said(workload)}{_extra(workload)})", workload, log=log)


def keyword_loop(log: Any, workload: Workload, *, braces: bool = False) -> Loop:
    """Return the loop for a logger that takes attributes as keywords, with ``{}`` if `braces`."""
    if workload.exception:
        return exception_loop(log, workload)
    keywords = "".join(f", {name}={name}" for name in workload.fields)
    call = f"log.info({said(workload, braces=braces)}{keywords})"
    return compiled_loop(call, workload, log=log)


def exception_loop(log: Any, workload: Workload) -> Loop:
    """Return the loop that raises a new exception for each line and logs it; W5."""
    message = workload.message

    def loop(count: int) -> None:
        for _ in range(count):
            try:
                charge("o-3391")
            except PaymentError:
                log.exception(message)

    return loop


def format_loop(write: Callable[[Any], Any], made: logging.LogRecord) -> Loop:
    """Return the loop that formats one record again and again, as if it were new."""

    def loop(count: int) -> None:
        for _ in range(count):
            write(made)

    def loop_with_stacktrace(count: int) -> None:
        for _ in range(count):
            made.exc_text = None  # where logging keeps the text of the traceback
            write(made)

    return loop_with_stacktrace if made.exc_info else loop


def record(workload: Workload) -> logging.LogRecord:
    """Return the workload's record as `logging.Logger` would make it, from the factory in force."""
    try:
        if workload.exception:
            charge("o-3391")
    except PaymentError:
        return _record(workload, logging.ERROR, sys.exc_info())
    return _record(workload, logging.INFO, None)


def _record(workload: Workload, level: int, exc_info: Any) -> logging.LogRecord:
    return logging.getLogger(LOGGER).makeRecord(
        *(LOGGER, level, __file__, 1, workload.message, workload.args, exc_info, "pay"),
        dict(workload.fields),
    )


def said(workload: Workload, *, braces: bool = False) -> str:
    """Return the message and the names of its arguments as they stand in a call."""
    message = workload.message
    if braces:
        message = message.replace("%s", "{}").replace("%d", "{}")
    return ", ".join([repr(message), *(f"argument{n}" for n in range(len(workload.args)))])


def _extra(workload: Workload) -> str:
    if not workload.fields:
        return ""
    return ", extra={" + ", ".join(f'"{name}": {name}' for name in workload.fields) + "}"


def compiled_loop(call: str, workload: Workload, **names: Any) -> Loop:
    """Return a loop around a call, given as source over arguments, fields and `names`."""
    arguments = {f"argument{n}": value for n, value in enumerate(workload.args)}
    variables = {**names, **arguments, **workload.fields}
    source = (
        f"def make({', '.join(variables)}):\n"
        f"    def loop(count):\n"
        f"        for _ in range(count):\n"
        f"            {call}\n"
        f"    return loop\n"
    )
    module: dict[str, Any] = {"__name__": __name__}
    exec(compile(source, f"<{workload.name}>", "exec"), module)  # noqa: S102  # all of it is ours
    loop: Loop = module["make"](**variables)
    return loop
