"""One call to set structlog up, and one to undo it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import structlog

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib import configure as configure_logging
from tracefmt.stdlib._level import level_number
from tracefmt.structlog._loggers import LoggerFactory
from tracefmt.structlog._renderer import Renderer, event_last

_before: dict[str, Any] | None = None
"""structlog's configuration before ours; empty where there was none."""


def configure(
    level: int | str | None = "INFO",
    *,
    schema: Any = "flat",
    filename: Any = None,
    stream: Any = None,
    handler: Any = None,
    processors: Iterable[Any] = (),
    **formatter_options: Any,
) -> logging.Handler | None:
    """
    Set up structlog and `logging` alike: one layout, one place for the lines, one level.

    structlog gets a `Renderer` that reads the context variables, a `LoggerFactory`, a filtering
    logger and a cache; `logging` gets what `tracefmt.configure` sets up.  Loggers of structlog that
    have been used already keep what they had.  ``configure(None)`` undoes both.

    Args:
        level: lines of this level and above are written, as a name or number; None undoes.
        schema: the layout, as for `tracefmt.Formatter`.
        filename: append to this file.
        stream: write to this stream; `sys.stderr` if neither is given.
        handler: write with this `tracefmt.StreamHandler` or `tracefmt.FileHandler` instead (it may
            have a buffer), and leave `logging` alone.
        processors: what is to run before the `Renderer`.
        formatter_options: any option of `tracefmt.Formatter`.

    Returns:
        The handler that writes, or None where all was undone.

    Raises:
        ConfigurationError: an option cannot work.
        OSError: the file cannot be opened.

    Example:
        >>> import logging, sys, structlog
        >>> import tracefmt.structlog
        >>> handler = tracefmt.structlog.configure(stream=sys.stdout, exclude=["timestamp"])
        >>> with structlog.contextvars.bound_contextvars(request_id="r-1"):
        ...     structlog.get_logger("app").info("paid", order_id=7)
        {"level":"info","logger":"app","message":"paid","order_id":7,"request_id":"r-1"}
        >>> logging.getLogger("library").warning("slow")
        {"level":"warning","logger":"library","message":"slow"}
        >>> tracefmt.structlog.configure(None)
    """
    global _before  # noqa: PLW0603  # structlog's configuration is global
    if level is None:
        configure_logging(None)
        if _before is not None:
            _restore(_before)
            _before = None
        return None
    wrapper = _filtering(level_number(level, "level"))
    renderer = Renderer(schema, merge_contextvars=True, **formatter_options)
    if handler is None:
        handler = configure_logging(
            level, schema=schema, filename=filename, stream=stream, **formatter_options
        )
    elif filename is not None or stream is not None:
        msg = "configure: give handler, filename or stream, only one of them"
        raise ConfigurationError(msg)
    factory = LoggerFactory(handler)
    if _before is None:
        _before = dict(structlog.get_config()) if structlog.is_configured() else {}
    structlog.configure(
        processors=[event_last, *processors, renderer],
        wrapper_class=wrapper,
        context_class=dict,
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    return factory.handler


def _restore(before: dict[str, Any]) -> None:
    if before:
        structlog.configure(**before)
    else:
        structlog.reset_defaults()


def _filtering(level: int) -> Any:
    """
    Return structlog's class for a level.

    Raises:
        ConfigurationError: structlog has none for it.
    """
    try:
        return structlog.make_filtering_bound_logger(level)
    except KeyError:
        msg = (
            f"level={level!r}: structlog filters by DEBUG, INFO, WARNING, ERROR, CRITICAL or "
            "NOTSET; write one of these"
        )
        raise ConfigurationError(msg) from None
