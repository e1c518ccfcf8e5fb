"""The last processor: event dict in, one line out."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import structlog

from tracefmt.exceptions import ConfigurationError
from tracefmt.stdlib import Formatter


class Renderer:
    """
    The last processor of a structlog chain: writes the event dict as one line of JSON.

    It does level, time, logger, ids, exception and JSON in one step, so that no other processor is
    needed; what processors before it have set (``level``, ``timestamp``, ``logger``, ``exception``,
    ``stack``) is taken, and ``exc_info=`` and ``stack_info=`` are understood.  A call that gives
    a keyword ``level`` or ``timestamp`` by itself keeps it as an attribute with another key.

    Rendering never raises an `Exception`.  The newline is the logger's to add.

    Args:
        schema: the layout, as for `tracefmt.Formatter`.
        output: ``"bytes"`` for `structlog.BytesLogger` and `LoggerFactory`, ``"text"`` for
            `structlog.PrintLogger`, `structlog.WriteLogger` and loggers of `logging`.  Within a
            `structlog.stdlib.ProcessorFormatter` it is text in any case.
        merge_contextvars: write what is bound by `structlog.contextvars`, as
            `structlog.contextvars.merge_contextvars` does, which walks all context variables there
            are; leave that one out then.
        formatter_options: any option of `tracefmt.Formatter`.

    Raises:
        ConfigurationError: an option cannot work; the message says what to write.

    Example:
        >>> from tracefmt.structlog import Renderer
        >>> renderer = Renderer(output="text", service="checkout", exclude=["timestamp"])
        >>> print(renderer(None, "info", {"order_id": 7, "event": "paid"}))
        {"level":"info","message":"paid","service":"checkout","order_id":7}
    """

    # The method is each object's own, and the core's: structlog calls it without Python in between
    __slots__ = {
        "__call__": "Return the line for logger, method name and event dict, without a newline.",
        "__dict__": "The options, and what is built from them.",
        "__weakref__": "Weak references to this object.",
    }
    if TYPE_CHECKING:

        def __call__(self, logger: Any, method_name: str, event_dict: Any) -> bytes | str:
            """Return the line, without a newline."""

    def __init__(
        self,
        schema: Any = "flat",
        *,
        output: str = "bytes",
        merge_contextvars: bool = False,
        **formatter_options: Any,
    ) -> None:
        if output not in ("bytes", "text"):
            msg = f"output={output!r}: write 'bytes' or 'text'"
            raise ConfigurationError(msg)
        try:
            self._formatter = Formatter(schema, **formatter_options)
        except TypeError as error:
            msg = f"Renderer: {error}; the options are those of tracefmt.Formatter"
            raise ConfigurationError(msg) from error
        self._text = output == "text"
        self._merges = merge_contextvars
        self._build()

    def _build(self) -> None:
        variables = _context_variables() if self._merges else None
        encoder = self._formatter._encoder  # noqa: SLF001  # one set of options
        slot: Any = Renderer.__call__  # by itself: a subclass may have a method of that name
        slot.__set__(self, encoder.renderer(self._text, variables))
        if self._formatter._is_of_process:  # noqa: SLF001  # as above
            from tracefmt.stdlib._forked import follow  # noqa: PLC0415  # few are

            follow(self, self._formatter)

    def _renew(self) -> None:
        self._build()

    def __getstate__(self) -> dict[str, Any]:
        """Return the options, of which the rest is built again."""
        return vars(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the options and build the rest for the core of this process."""
        vars(self).update(state)
        self._build()


def event_last(logger: Any, method_name: str, event_dict: Any) -> Any:
    """
    Put `event` behind all other keys: the first processor of a chain, before those that add keys.

    A `Renderer` takes a ``level`` or ``timestamp`` that stands behind `event` for a processor's.
    structlog puts `event` behind what a call gives, but not where a logger has been bound to an
    `event` of its own, and so a user's keyword might pass for the level.

    Example:
        >>> from tracefmt.structlog import event_last
        >>> event_last(None, "info", {"event": "paid", "level": "none of it"})
        {'level': 'none of it', 'event': 'paid'}
    """
    del logger, method_name
    if "event" in event_dict:
        event_dict["event"] = event_dict.pop("event")
    return event_dict


def _context_variables() -> Mapping[str, ContextVar[Any]]:
    """
    Return structlog's own dict of the variables that have ever been bound.

    Raises:
        ConfigurationError: this structlog keeps none.
    """
    variables = getattr(structlog.contextvars, "_CONTEXT_VARS", None)
    if type(variables) is not dict:
        msg = (
            "merge_contextvars: this version of structlog is not known; leave it out and put "
            "structlog.contextvars.merge_contextvars before the Renderer"
        )
        raise ConfigurationError(msg)
    return variables
