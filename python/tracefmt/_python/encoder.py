"""A record to one line: the plan's steps, run in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from tracefmt._cold import event as cold_event
from tracefmt._cold.exception import ExceptionText
from tracefmt._cold.last_resort import NOTHING_LEFT, line_of
from tracefmt._cold.record import CONTEXT, explicit, with_context
from tracefmt._cold.text import describe_error
from tracefmt._python.context import fields_of
from tracefmt._python.event import EventReader
from tracefmt._python.exception import texts_of
from tracefmt._python.line_limit import within, within_last
from tracefmt._python.names import Keys, Names
from tracefmt._python.plan import compile_steps, joined
from tracefmt._python.record import RecordView
from tracefmt._python.screen import screened
from tracefmt._python.span import reader
from tracefmt._python.tally import count
from tracefmt.spans import SpanContext, SpanContextSource

if TYPE_CHECKING:
    from tracefmt.schemas import Plan


class Encoder:
    """
    Turns records into lines by one plan.

    Args:
        plan: the compiled schema.
        span_source: answers which span is active in the calling thread.
        describe_exception: turns ``exc_info`` into its texts.
    """

    def __init__(
        self,
        plan: Plan,
        span_source: SpanContextSource,
        describe_exception: Callable[[Any], ExceptionText | None],
    ) -> None:
        self._steps = compile_steps(plan.steps)
        usual = [step for step in plan.steps if step.input not in _SELDOM]
        self._usual_steps = compile_steps(usual)
        self._names = Names(plan.hidden, Keys(plan.reserved, plan.ends))
        self._events = EventReader(plan)
        self._read_span = reader(span_source)
        self._describe = describe_exception
        self._screen = plan.screen
        self._context = plan.context
        self._limit = plan.line_limit
        self._drops_stale = plan.drops_stale

    def encode_record(self, record: Any) -> bytes:
        """Return the record as one line of JSON in UTF-8, without a newline."""
        try:
            line = self._write(Line(record, self._names), self._names).encode()
            return line if self._limit is None else within(line, self._limit)
        except Exception as error:
            return within_last(_last_resort(record, error), self._limit)

    def renderer(
        self, text: bool, variables: Mapping[str, ContextVar[Any]] | None
    ) -> Callable[[Any, str, Any], bytes | str]:
        """Return structlog's last processor, which writes event dicts by this plan."""
        return partial(self._encode_event, text, variables)

    def _encode_event(
        self,
        text: bool,
        variables: Mapping[str, ContextVar[Any]] | None,
        logger: Any,
        method_name: str,
        event_dict: Any,
    ) -> bytes | str:
        """Return an event dict as one line of JSON; `ProcessorFormatter`'s are text in any case."""
        if not text and type(event_dict) is dict:
            text = "_record" in event_dict
        try:
            line = Line.__new__(Line)
            self._events.read(line, logger, method_name, event_dict, variables)
            written = self._write(line, self._events)
            if self._limit is not None:
                written = within(written.encode(), self._limit).decode()
            return written if text else written.encode()
        except Exception as error:
            last = _last_resort_of_event(logger, method_name, event_dict, error)
            last = within_last(last, self._limit)
            return last.decode() if text else last

    def _write(self, line: Line, names: Names | EventReader) -> str:
        line.span, line.stale = self._span_of(line)
        count(line.span, line.stale, line.values.get("name"), here=line.capture is None)
        if line.stale is not None and self._drops_stale:
            line.span = None
        line.exception = texts_of(line, self._describe)
        fields = None if self._context is None else fields_of(line, self._context)
        if fields or self._screen is not None:
            pairs = names.pairs(line.given)
            if fields:
                pairs = with_context(self._names.pairs(fields), pairs)
            if self._screen is not None:
                pairs = screened(line, pairs, self._screen)
            line.attributes, _ = names.named(pairs)
        steps = self._steps if line.has_seldom_fields() else self._usual_steps
        return f"{{{joined(steps, line)[1:]}}}"

    def _span_of(self, line: Line) -> tuple[SpanContext | tuple[int, int, int] | None, str | None]:
        if line.capture is not None:
            return line.capture.span, line.capture.stale
        context = line.values.get(CONTEXT)
        if context is not None:
            span, error = explicit(context)
            if error is not None:
                line.add_error(error)
            return span, None
        try:
            return self._read_span()
        except Exception as error:
            line.add_error(f"span context source: {describe_error(error)}")
            return None, None


def _last_resort(record: Any, error: Exception) -> bytes:
    try:
        return line_of(record, error)
    except Exception:  # the call itself failed: no stack left
        return NOTHING_LEFT


def _last_resort_of_event(logger: Any, method: Any, event_dict: Any, error: Exception) -> bytes:
    try:
        return cold_event.last_line_of(logger, method, event_dict, error)
    except Exception:  # the call itself failed: no stack left
        return NOTHING_LEFT


class Line(RecordView):
    """A record that is being written, with what does not stand on it: span and exception."""

    __slots__ = ("exception", "span", "stale")

    span: SpanContext | tuple[int, int, int] | None
    stale: str | None
    exception: ExceptionText | None

    def has_seldom_fields(self) -> bool:
        """Return whether one of the fields is there that most lines are without."""
        return not (
            self.exception is None
            and self.stale is None
            and self.error is None
            and self.format_args is None
            and self.values.get("stack_info") is None
        )


_SELDOM = frozenset(
    {
        *("trace_stale", "format_args", "format_error", "stack_info"),
        *("exception_type", "exception_message", "exception_stacktrace"),
        *("exception_rendered", "exception_chain"),
    }
)
