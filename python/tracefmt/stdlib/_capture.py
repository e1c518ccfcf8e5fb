"""Ids of the thread that logs, for records that another thread formats."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from tracefmt._cold import event as cold_event
from tracefmt._cold import message as cold_message
from tracefmt._cold.exception import ExceptionText, describe
from tracefmt._cold.plain import plain
from tracefmt._cold.record import (
    CAPTURE,
    CONTEXT,
    STANDARD,
    Captured,
    attributes_of,
    captured,
    explicit,
    own_items,
)
from tracefmt._cold.text import describe_error
from tracefmt._context import ContextFields
from tracefmt.exceptions import ConfigurationError
from tracefmt.spans import SpanContext, SpanContextSource, normalize
from tracefmt.stdlib._formatter import opentelemetry_source


class ContextFilter(logging.Filter):
    """
    Puts the active span's ids on each record, in the thread that logs; drops nothing.

    For handlers whose records are formatted later or elsewhere: add it to a `MemoryHandler` or to a
    queue handler that is not tracefmt's.  `tracefmt.Formatter` then takes these ids, also where no
    span was active at the call.  Add it to handlers: a filter on a logger does not see the records
    of child loggers.

    What `tracefmt.bind` has bound is taken down, too.

    Args:
        span_source: a callable that returns the active `SpanContext` or None; without it the span
            that OpenTelemetry calls current.
        baggage, mixin, structlog_contextvars: as for `Formatter`, read in the thread that logs; the
            formatter's own are not asked for these records.

    Raises:
        ConfigurationError: an option cannot work.

    Example:
        >>> import logging.handlers, tracefmt
        >>> handler = logging.handlers.MemoryHandler(capacity=1000)
        >>> handler.addFilter(tracefmt.ContextFilter())
    """

    def __init__(
        self,
        span_source: SpanContextSource | None = None,
        *,
        baggage: Iterable[str] = (),
        mixin: Callable[[], Mapping[str, Any]] | None = None,
        structlog_contextvars: bool = False,
    ) -> None:
        super().__init__()
        self._context = ContextFields(baggage, mixin, structlog_contextvars)
        self._source = opentelemetry_source() if span_source is None else span_source

    def filter(self, record: logging.LogRecord) -> bool:
        """Stamp the record unless that has been done, and let it pass."""
        if captured(record.__dict__.get(CAPTURE)) is None:
            record.__dict__[CAPTURE] = self.capture(record).mark()
        return True

    def capture(self, record: logging.LogRecord) -> Captured:
        """Return what is true in the calling thread now, or what the record says by hand."""
        (span, stale), failure = self._span_of(record)
        fields, error = self._context.read()
        return Captured(
            span,
            format_error="; ".join(filter(None, (failure, error))) or None,
            fields=None if not fields else {key: plain(value) for key, value in fields.items()},
            stale=stale,
        )

    def _span_of(
        self, record: logging.LogRecord
    ) -> tuple[tuple[SpanContext | None, str | None], str | None]:
        context = record.__dict__.get(CONTEXT)
        if context is not None:
            span, failure = explicit(context)
            return (span, None), failure
        try:
            return self._active(), None
        except Exception as error:
            return (None, None), f"span context source: {describe_error(error)}"

    def _active(self) -> tuple[SpanContext | None, str | None]:
        look = getattr(self._source, "active", None)
        if look is not None:  # it knows as well whether that span is stale
            found: tuple[SpanContext | None, str | None] = look()
            return found
        active = self._source()
        return (None if active is None else normalize(active)), None


class QueueHandler(logging.handlers.QueueHandler):
    """
    A `logging.handlers.QueueHandler` whose records stay what they were at the call.

    The listener's `tracefmt.Formatter` writes the line that would have been written on the spot:
    same ids, attributes as they were, exception in its own fields.  Other formatters behind the
    same listener find the message, and the traceback in `exc_text`.

    Args:
        queue: any queue; what is put there can be pickled.
        span_source, baggage, mixin, structlog_contextvars: as for `ContextFilter`.
        exception: as for `Formatter`: ``"structured"`` takes exceptions down as data, too, for a
            formatter that writes them so.  `show_locals` is not for queues.

    Raises:
        ConfigurationError: an option cannot work.

    Example:
        >>> import logging.handlers, queue, tracefmt
        >>> records = queue.SimpleQueue()
        >>> handler = tracefmt.QueueHandler(records)
        >>> listener = logging.handlers.QueueListener(records, tracefmt.StreamHandler())
    """

    def __init__(
        self,
        queue: Any,
        *,
        span_source: SpanContextSource | None = None,
        baggage: Iterable[str] = (),
        mixin: Callable[[], Mapping[str, Any]] | None = None,
        structlog_contextvars: bool = False,
        exception: str | Mapping[str, Any] = "text",
    ) -> None:
        super().__init__(queue)
        self._describe = _described(exception)
        self._capture = ContextFilter(
            span_source,
            baggage=baggage,
            mixin=mixin,
            structlog_contextvars=structlog_contextvars,
        ).capture

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a copy of the record that says the same in any thread and any process."""
        found = captured(record.__dict__.get(CAPTURE)) or self._capture(record)
        if _is_event(record):
            return _prepare_event(record, found, self._describe)
        message, error = _message(record)
        texts = self._describe(record.exc_info)
        if error is not None:
            errors = [error] if found.format_error is None else [error, found.format_error]
            found = found._replace(format_error="; ".join(errors), format_args=plain(record.args))
        # always a plain record: one of a class of its own would build its message once more
        sent = logging.LogRecord.__new__(logging.LogRecord)
        for key, value in _attributes(record).items():
            if type(key) is str and key == CONTEXT:  # is in the capture now
                continue
            sent.__dict__[key] = value if key in STANDARD else plain(value)
        if texts is not None:
            found = found._replace(exception=texts)
            sent.exc_text = texts.stacktrace
        sent.__dict__[CAPTURE] = found.mark()
        sent.msg = sent.message = message
        sent.args = sent.exc_info = None
        return sent


def _is_event(record: logging.LogRecord) -> bool:
    """Return whether structlog has left an event dict, for its `ProcessorFormatter` to render."""
    return type(record.msg) is dict and "_logger" in record.__dict__ and "_name" in record.__dict__


def _described(exception: str | Mapping[str, Any]) -> Callable[[Any], ExceptionText | None]:
    """Return what takes down ``exc_info``; without variables, which only a formatter redacts."""
    if exception == "text":
        return describe
    from tracefmt._cold import exception_chain  # noqa: PLC0415  # only where it is asked for

    options = exception_chain.chain_options(exception)
    if options is None:
        return describe
    if options.show_locals:
        msg = (
            "exception: show_locals=True would put variables into the queue before they are "
            "redacted; leave it out here, or format before the queue"
        )
        raise ConfigurationError(msg)
    return exception_chain.ChainDescriber(options, with_text=True)


def _prepare_event(
    record: logging.LogRecord,
    found: Captured,
    described: Callable[[Any], ExceptionText | None],
) -> logging.LogRecord:
    """Return a copy that `ProcessorFormatter` still takes for structlog's."""
    event_dict: dict[str, Any] = dict(cast("dict[str, Any]", record.msg))
    texts = described(cold_event.exc_info(event_dict.get("exc_info")))
    if texts is not None:
        del event_dict["exc_info"]
        # other renderers than tracefmt's find it where structlog puts it
        event_dict.setdefault("exception", (texts.stacktrace or "").rstrip("\n"))
        found = found._replace(exception=texts)
    sent = logging.LogRecord.__new__(logging.LogRecord)
    for key, value in _attributes(record).items():
        sent.__dict__[key] = value if key in STANDARD else plain(value)
    sent.__dict__.update(_logger=None, _name=str(sent.__dict__["_name"]))
    sent.__dict__[CAPTURE] = found.mark()
    sent.msg = plain(event_dict)
    sent.args = sent.exc_info = None
    return sent


def _attributes(record: logging.LogRecord) -> dict[Any, Any]:
    exact = type(record) is logging.LogRecord
    return own_items(record.__dict__) if exact else attributes_of(record)


def _message(record: logging.LogRecord) -> tuple[str, str | None]:
    if type(record) is logging.LogRecord and "getMessage" not in record.__dict__:
        return cold_message.merge(record.msg, record.args)
    return cold_message.of_record(record)
