"""Records that are not plain `logging.LogRecord` objects, and the mark that captures leave."""

from __future__ import annotations

from typing import Any, NamedTuple

from tracefmt._cold.exception import ExceptionText
from tracefmt._cold.text import describe_error, visible
from tracefmt.spans import SpanContext, normalize
from tracefmt.spans._explicit import span_context_of
from tracefmt.spans._stale import REASONS

CAPTURE = "_tracefmt"
"""The record attribute that `ContextFilter` and `QueueHandler` set: `Captured` as a tuple."""

CONTEXT = "otel_context"
"""The attribute that names the record's span by hand: ``extra={"otel_context": context}``."""

STANDARD = frozenset(
    {
        *("name", "msg", "args", "levelname", "levelno", "pathname", "filename", "module"),
        *("exc_info", "exc_text", "stack_info", "lineno", "funcName", "created", "msecs"),
        *("relativeCreated", "thread", "threadName", "processName", "process"),
        *("message", "asctime"),  # set by a formatter that ran before
    }
)
"""What logging itself puts on a record, but for `taskName`: an attribute where it is not None."""


class Captured(NamedTuple):
    """
    What was true in the calling thread.

    It travels on the record as a plain tuple of plain tuples, so that a record can be pickled to
    a process where tracefmt is not installed.
    """

    span: tuple[int, int, int] | None
    exception: ExceptionText | None = None
    format_error: str | None = None
    format_args: Any = None
    fields: dict[str, Any] | None = None
    stale: str | None = None

    def mark(self) -> tuple[Any, ...]:
        """Return what is put on the record."""
        span = None if self.span is None else tuple(self.span)
        exception: tuple[Any, ...] | None = None
        if self.exception is not None:
            exception = tuple(self.exception)
            exception = exception[:3] if self.exception.chain is None else exception
        rest = () if self.stale is None else (self.stale,)
        return (span, exception, self.format_error, self.format_args, self.fields, *rest)


_LENGTHS = (len(Captured._fields) - 1, len(Captured._fields))
"""Seldom is a span stale, and then the mark says so at its end."""


def explicit(context: Any) -> tuple[SpanContext | None, str | None]:
    """Return the span that `CONTEXT` names, and the error where that names none."""
    try:
        return span_context_of(context), None
    except Exception as error:
        return None, f"{CONTEXT}: {describe_error(error)}"


def captured(mark: Any) -> Captured | None:
    """Return what a mark holds, or None where something else was put under its name."""
    if type(mark) is not tuple or len(mark) not in _LENGTHS:
        return None
    span, exception, error, args, fields, *rest = mark
    stale = rest[0] if rest else None
    return Captured(
        _span(span),
        _exception(exception),
        visible(error) if type(error) is str else None,
        args,
        fields if type(fields) is dict and all(type(key) is str for key in fields) else None,
        stale if type(stale) is str and stale in REASONS else None,
    )


def _exception(parts: Any) -> ExceptionText | None:
    """Return the texts, and the chain, which is there where it was asked for."""
    if type(parts) is not tuple or len(parts) not in (3, 4):
        return None
    kind, message, stacktrace, chain = (*parts, None)[:4]
    return ExceptionText(
        _text_or_none(kind),
        _text_or_none(message),
        _text_or_none(stacktrace),
        chain if type(chain) is list else None,
    )


def _span(span: Any) -> SpanContext | None:
    return normalize(SpanContext(*span)) if _is_triple(span) else None


def _is_triple(value: Any) -> bool:
    return type(value) is tuple and len(value) == 3  # noqa: PLR2004


def _text_or_none(value: Any) -> str | None:
    return value if type(value) is str else None


def with_context(
    fields: list[tuple[Any, Any]], attributes: list[tuple[Any, Any]]
) -> list[tuple[Any, Any]]:
    """Return the context's fields, then the attributes; one of both has the attribute's value."""
    own = {key: value for key, value in attributes if type(key) is str}
    first = [(key, own.pop(key, value)) for key, value in fields]
    return first + [pair for pair in attributes if type(pair[0]) is not str or pair[0] in own]


def own_items(attributes: dict[Any, Any]) -> dict[Any, Any]:
    """Return an exact copy of what a dict holds, whatever the methods of a subclass say."""
    return attributes.copy() if type(attributes) is dict else dict(dict.items(attributes))


def attributes_of(record: Any) -> dict[Any, Any]:
    """
    Return the attributes of an object that is used as a record, as an exact `dict`.

    For subclasses with slots or properties the standard ones are read from the object.
    """
    found: Any = getattr(record, "__dict__", None)
    result = own_items(found) if issubclass(type(found), dict) else {}
    for name in STANDARD - result.keys() - {"message", "asctime"}:
        try:
            result[name] = getattr(record, name)
        except Exception:  # noqa: S112  # absent, or a property that fails: written as absent
            continue
    return result
