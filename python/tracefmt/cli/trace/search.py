"""The lines and spans of one trace, from all the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click

from tracefmt.reading import LogLine, NotALine, Reader
from tracefmt.reading.files import STDIN, UnreadableFile, in_order, lines
from tracefmt.reading.spans import ReadSpan, read
from tracefmt.reading.trace_id import judge

_DIGITS = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
_WHOLE = 32


@dataclass(frozen=True)
class Found:
    """
    What belongs to a trace.

    Attributes:
        trace_id: 32 hex digits.
        lines: its lines in time order; those without a time come last.
        spans: its spans.
    """

    trace_id: str
    lines: Sequence[LogLine]
    spans: Sequence[ReadSpan]


def search(trace_id: str, files: Sequence[str], spans: Sequence[str], schema: str | None) -> Found:
    """
    Return what belongs to the trace whose id begins so.

    Raises:
        click.UsageError: a file cannot be read, or that is no trace's id, or that of several.
    """
    wanted = judge(trace_id).value or trace_id.lower()
    if not _DIGITS.fullmatch(wanted):
        raise click.BadParameter(
            "write the trace id, 32 hex digits, or at least four of the first",
            param_hint="'TRACE_ID'",
        )
    needles = _needles(wanted)
    try:
        found_lines = list(_lines(in_order(files) or [STDIN], needles, wanted, Reader(schema)))
        found_spans = [
            span
            for path in spans
            for span in read(_with(needles, lines(path)))
            if span.trace_id.startswith(wanted)
        ]
    except UnreadableFile as error:
        raise click.UsageError(str(error)) from error
    whole = _whole(wanted, found_lines, found_spans)
    found_lines.sort(key=lambda line: (line.time is None, line.time or 0))
    return Found(whole, found_lines, list({span.span_id: span for span in found_spans}.values()))


def _needles(wanted: str) -> tuple[bytes, ...]:
    """Return the texts one of which a line of the trace has: most lines need not be parsed then."""
    forms = [wanted, wanted.upper()]
    if len(wanted) > 8:  # noqa: PLR2004
        forms.append(f"1-{wanted[:8]}-{wanted[8:]}")  # X-Ray's
    if len(wanted) == _WHOLE:
        forms.append(str(int(wanted[16:], 16)))  # Datadog's
    return tuple(form.encode() for form in forms)


def _with(needles: tuple[bytes, ...], texts: Iterable[bytes]) -> Iterator[bytes]:
    return (text for text in texts if any(needle in text for needle in needles))


def _lines(
    files: Iterable[str], needles: tuple[bytes, ...], wanted: str, reader: Reader
) -> Iterator[LogLine]:
    for path in files:
        for text in _with(needles, lines(path)):
            try:
                found = reader.read(text)
            except NotALine:
                continue
            yield from (line for line in found if line.trace_id.matches(wanted))


def _whole(wanted: str, found: Sequence[LogLine], spans: Sequence[ReadSpan]) -> str:
    if len(wanted) == _WHOLE:
        return wanted
    ids = {line.trace_id.value or "" for line in found} | {span.trace_id for span in spans}
    if len(ids) > 1:
        several = "\n  ".join(sorted(ids)[:20])
        raise click.UsageError(f"{len(ids)} traces begin with {wanted}:\n  {several}")
    return next(iter(ids), wanted)
