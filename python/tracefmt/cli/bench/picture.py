"""The result as a table: drawn on a terminal, plain in a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from tracefmt.cli.bench.contenders import CALL, FORMAT
from tracefmt.cli.bench.measurement import SHOWN, Report, Row
from tracefmt.cli.bench.workloads import WORKLOADS

WIDEST = 25  # columns: the longest name
HEADS = {
    FORMAT: "a record to a line",
    CALL: "a call, to the null device",
}


def show(report: Report, console: Console) -> None:
    """Print the tables, what the columns mean, and the two sentences that most come for."""
    console.print(
        f"One line costs, in microseconds of CPU time ({report.python}, tracefmt {report.version}):"
    )
    for stage, head in HEADS.items():
        console.print()
        console.print(_table(head, stage, report, drawn=console.is_terminal))
    console.print()
    for name in SHOWN[CALL]:
        console.print(f"{name}  {WORKLOADS[name].title}")
    console.print("ids what the trace ids cost: W3 in a span minus W3 without one")
    console.print()
    for sentence in sentences(report):
        console.print(sentence, soft_wrap=True)


def _table(head: str, stage: str, report: Report, *, drawn: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if drawn else None, pad_edge=drawn, header_style="bold")
    table.add_column(head, min_width=WIDEST, no_wrap=True)
    table.add_column("core", min_width=6, no_wrap=True)
    for name in SHOWN[stage]:
        table.add_column(name, justify="right", min_width=5, no_wrap=True)
    table.add_column("ids", justify="right", min_width=5, no_wrap=True)
    for row in report.rows:
        if row.stage == stage:
            costs = [f"{row.microseconds[name]:.2f}" for name in SHOWN[stage]]
            ids = "" if row.ids is None else f"{row.ids:.2f}"
            style = "cyan" if row.core == report.core else None
            table.add_row(row.name, row.core or "", *costs, ids, style=style)
    return table


def sentences(report: Report) -> Iterator[str]:
    """Say what a line and its ids cost beside logging's call that writes nothing."""
    floor = _cost(report, "NullHandler", None)
    formatter = _find(report, "tracefmt.Formatter", report.core)
    if formatter is not None and formatter.ids is not None:
        yield f"The trace ids cost {max(formatter.ids, 0):.2f} us of a line."
    for name in ("tracefmt.StreamHandler", "tracefmt.Logger"):
        cost = _cost(report, name, report.core)
        if floor and cost:
            share = f"{100 * cost / floor:.0f} %"
            yield f"{name}: W3 costs {share} of what logging spends on a call that writes nothing."


def _find(report: Report, name: str, core: str | None) -> Row | None:
    return next((row for row in report.rows if (row.name, row.core) == (name, core)), None)


def _cost(report: Report, name: str, core: str | None) -> float | None:
    row = _find(report, name, core)
    return None if row is None else row.microseconds["W3"]
