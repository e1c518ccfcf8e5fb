"""The report on a terminal, or in a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracefmt.cli.audit.report import Verdict, percent, worst
from tracefmt.cli.sanitize import visible
from tracefmt.correlation import Group, Report
from tracefmt.reading.time import text as moment
from tracefmt.reading.trace_id import VALID

_SHOWN = 12  # groups of a kind; the rest is summed up
_BAR = 20  # columns
_COLUMNS = 60  # of the chart by time
_BLOCKS = " ▁▂▃▄▅▆▇█"


def show(report: Report, verdict: Verdict, console: Console) -> None:
    """Print the report."""
    _head(report, console)
    for name, groups in (
        ("service", report.services),
        ("logger", report.loggers),
        ("level", report.levels),
    ):
        if report.total.lines:
            console.print()
            console.print(_table(name, groups, console))
    _time(report, console)
    _stale(report, console)
    _broken(report, console)
    _verdict(report, verdict, console)


def _head(report: Report, console: Console) -> None:
    total = report.total
    files = f"{len(report.files)} files" if len(report.files) > 1 else report.files[0]
    correlated = total.lines - total.missing
    share = correlated / total.lines if total.lines else 0.0
    colour = "green" if not total.missing else "yellow" if share > 0.99 else "red"  # noqa: PLR2004
    console.print(
        Text.assemble(
            (f"{total.lines:,} lines", "bold"),
            f" in {visible(files)}: ",
            (percent(share), f"bold {colour}"),
            " carry a trace id, ",
            (f"{total.missing:,}", "bold"),
            f" ({percent(total.missing_share)}) do not.",
        )
    )
    kinds = [f"{kind} {count:,}" for kind, count in total.counts.items() if kind != VALID]
    if kinds:
        console.print(Text("Their id is: " + ", ".join(kinds) + "."))
    if report.stale_lines:
        reasons = ", ".join(f"{why} {count:,}" for why, count in report.stale_lines.items())
        console.print(Text(f"Written with a stale span: {reasons}."))


def _table(name: str, groups: Mapping[Any, Group], console: Console) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(f"by {name}", min_width=22, max_width=44, no_wrap=True, overflow="ellipsis")
    for heading in ("lines", "without id", "share"):
        table.add_column(heading, justify="right", min_width=10)
    if console.is_terminal:
        table.add_column("")
    ordered = worst(groups)
    for key, group in ordered[:_SHOWN]:
        cells: list[str | Text] = [
            Text("(none)", "dim") if key is None else Text(visible(str(key))),
            f"{group.lines:,}",
            f"{group.missing:,}",
            percent(group.missing_share),
        ]
        if console.is_terminal:
            filled = round(group.missing_share * _BAR)
            filled = max(filled, 1) if group.missing else 0
            cells.append(Text.assemble(("█" * filled, "red"), ("░" * (_BAR - filled), "green dim")))
        table.add_row(*cells)
    rest = [group for _, group in ordered[_SHOWN:]]
    if rest:
        lines, missing = sum(g.lines for g in rest), sum(g.missing for g in rest)
        label = Text(f"({len(rest)} more)", "dim")
        table.add_row(label, f"{lines:,}", f"{missing:,}", percent(missing / lines))
    return table


def _time(report: Report, console: Console) -> None:
    """Draw the share of lines without an id over time."""
    minutes = [minute for minute in report.minutes if minute is not None]
    if report.span is None or not minutes:
        return
    first, last = min(minutes), max(minutes)
    console.print()
    console.print(
        Text(f"From {moment(report.span[0])} to {moment(report.span[1])}.", "dim"), soft_wrap=True
    )
    width = min(_COLUMNS, (last - first) // 60 + 1)
    if not console.is_terminal or width < 2:  # noqa: PLR2004
        return
    cells: list[list[int]] = [[0, 0] for _ in range(width)]
    for minute, group in report.minutes.items():
        if minute is not None:
            cell = cells[(minute - first) * width // (last - first + 60)]
            cell[0] += group.lines
            cell[1] += group.missing
    console.print(Text.assemble("Without id, over that time: ", (_spark(cells), "red")))


def _spark(cells: Sequence[Sequence[int]]) -> str:
    top = max((missing / lines for lines, missing in cells if lines), default=0.0)
    steps = len(_BLOCKS) - 1
    text = ""
    for lines, missing in cells:
        height = round(missing / lines / top * steps) if missing else 0
        text += _BLOCKS[max(height, 1) if missing else 0]
    return f"{text} (the highest: {percent(top)})"


def _stale(report: Report, console: Console) -> None:
    if not report.stale:
        return
    number = len(report.stale) + report.stale_dropped
    console.print()
    console.print(
        Text.assemble(
            (f"{number:,} {'trace looks' if number == 1 else 'traces look'} stale", "bold yellow"),
            ": ids that were still written long after their request, or in too many processes.",
        )
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("trace id", "lines", "from", "for"):
        table.add_column(heading, justify="right" if heading in ("lines", "for") else "left")
    counted = any(trace.processes for trace in report.stale)
    if counted:
        table.add_column("processes", justify="right")
    for trace in report.stale[:_SHOWN]:
        cells = [trace.trace_id, f"{trace.lines:,}", moment(trace.first), _duration(trace.seconds)]
        table.add_row(*cells, *([str(trace.processes)] if counted else []))
    console.print(table)


def _duration(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004


def _broken(report: Report, console: Console) -> None:
    if report.broken:
        console.print()
        console.print(
            Text(f"{report.broken:,} broken lines, which are counted here alone:", "bold")
        )
        for line in report.examples:
            console.print(
                Text(f"  {visible(line.file)}:{line.line}: {line.reason}"), soft_wrap=True
            )
        more = report.broken - len(report.examples)
        if more:
            console.print(Text(f"  and {more:,} more", "dim"))
    for problem in report.unreadable:
        console.print(Text(f"cannot be read: {visible(problem)}", "bold red"), soft_wrap=True)


def _verdict(report: Report, verdict: Verdict, console: Console) -> None:
    if verdict.max_missing is None:
        return
    console.print()
    sign, style = (">", "bold red") if verdict.is_exceeded else ("<=", "bold green")
    word = "FAILED" if verdict.is_exceeded else "PASSED"
    limit = f"{percent(report.missing_share)} {sign} {percent(verdict.max_missing)}"
    console.print(Text.assemble((word, style), f": {limit} of the lines may have no trace id."))
