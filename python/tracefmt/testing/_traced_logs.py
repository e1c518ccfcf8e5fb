"""What was logged, line by line, and whether each line belongs to a trace."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tracefmt._cold.mechanism import ANOTHER_SPAN, FORKED, NO_SPAN, Mechanism, mechanism
from tracefmt._cold.missing import is_allowed
from tracefmt.exceptions import ConfigurationError
from tracefmt.spans import SpanContext
from tracefmt.spans._stale import FORK, WORKER
from tracefmt.stdlib import Formatter
from tracefmt.testing._recording import recording
from tracefmt.testing._span import number_of, span

if TYPE_CHECKING:
    from typing_extensions import Self


class TracedLine(NamedTuple):
    """
    One line that was logged.

    Attributes:
        fields: the line of the schema ``flat``, parsed.
        where: file and line number of the call.
        thread: the name of the thread that called.
        mechanism: what ran the code, and what to write so that it carries the context.
    """

    fields: dict[str, Any]
    where: str
    thread: str
    mechanism: Mechanism


class TracedLogs:
    """
    Records every line that is logged while it is open, through any logger.

    A level that is not enabled is not logged, and so not recorded: the root logger's is set to
    `level` meanwhile, where it is higher.

    Args:
        level: the highest level that the root logger may have, a number or a name.

    Example:
        >>> import logging
        >>> from tracefmt import testing
        >>> with testing.TracedLogs() as logs, testing.span():
        ...     logging.getLogger("app").info("paid", extra={"amount": 7})
        ...     logs.assert_correlated()
        >>> logs.lines[0].fields["amount"]
        7
    """

    def __init__(self, level: int | str = logging.INFO) -> None:
        found = logging.getLevelName(level) if isinstance(level, str) else level
        if not isinstance(found, int):
            raise ConfigurationError(f"level={level!r}: write a number or a name, such as 'INFO'")
        self._level = found
        self._formatter = Formatter(exclude=["service"])
        self.lines: list[TracedLine] = []

    def __enter__(self) -> Self:
        """Begin to record."""
        root = logging.getLogger()
        self._before = root.level
        if root.level > self._level:
            root.setLevel(self._level)
        recording.begin(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop recording; what was recorded stays."""
        recording.end(self._take)
        logging.getLogger().setLevel(self._before)

    def clear(self) -> None:
        """Forget what was recorded so far."""
        self.lines.clear()

    def span(self, trace_id: int | str | None = None, *, sampled: bool = True) -> Any:
        """Make a test span active for a block: `tracefmt.testing.span`."""
        return span(trace_id, sampled=sampled)

    def assert_correlated(
        self,
        trace_id: int | str | SpanContext | None = None,
        *,
        allow: Iterable[str] = (),
        some: bool = True,
    ) -> None:
        """
        Fail unless every line belongs to a trace.

        A line whose ids were inherited through fork or left behind by an earlier task does not:
        they are another request's, whatever their trace. One of a span that has ended does.

        Args:
            trace_id: the trace it has to be; None for any.
            allow: names of loggers whose lines need none, with their children.
            some: whether there has to be such a line at all, since else nothing is shown.

        Raises:
            AssertionError: with a table of the lines that do not, what lost the context of each,
                and what to write instead.
        """
        __tracebackhide__ = True
        if isinstance(trace_id, SpanContext):
            trace_id = trace_id.trace_id
        wanted = None if trace_id is None else f"{number_of(trace_id):032x}"
        allowed = tuple(allow)
        asked = [line for line in self.lines if not is_allowed(line.fields.get("logger"), allowed)]
        if some and not asked:
            raise AssertionError("no line was logged, so this shows nothing; some=False allows it")
        wrong = [line for line in asked if not _belongs(line, wanted)]
        if wrong:
            raise AssertionError(_report(wrong, len(asked), wanted))

    def _take(self, record: logging.LogRecord) -> None:
        fields = json.loads(self._formatter.format(record))
        where = f"{_relative(record.pathname)}:{record.lineno}"
        self.lines.append(TracedLine(fields, where, record.threadName or "", mechanism()))


def _relative(path: str) -> str:
    return path.removeprefix(f"{Path.cwd()}{os.sep}")


def _belongs(line: TracedLine, wanted: str | None) -> bool:
    found = line.fields.get("trace_id")
    if line.fields.get("trace_stale") in _ANOTHERS:
        return False
    return found is not None if wanted is None else found == wanted


def _report(wrong: list[TracedLine], count: int, wanted: str | None) -> str:
    what = "a trace" if wanted is None else f"trace {wanted}"
    rows = [("where", "logger", "message", "trace_id", "lost by", "write instead")]
    for line in wrong:
        found = line.fields.get("trace_id")
        stale = line.fields.get("trace_stale")
        lost = line.mechanism
        if found is not None and lost == NO_SPAN:
            lost = FORKED if stale == FORK else ANOTHER_SPAN
        message = str(line.fields.get("message"))
        short = message if len(message) <= _WIDTH else f"{message[: _WIDTH - 1]}…"
        ids = f"{found or 'none'} (stale: {stale})" if stale in _ANOTHERS else str(found or "none")
        rows.append(
            (
                *(line.where, str(line.fields.get("logger")), ascii(short), ids),
                *(f"{lost.name} ({line.thread})", lost.instead),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    verb = "does" if len(wrong) == 1 else "do"
    head = f"{len(wrong)} of {count} lines {verb} not belong to {what}"
    return "\n".join([head, *table, "(propagation is tracefmt.propagation)"])


_WIDTH = 40  # characters of a message in the table
_ANOTHERS = (FORK, WORKER)  # why a span is stale where its ids are another request's
