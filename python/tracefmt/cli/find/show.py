"""The traces that were found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracefmt.cli.find.search import Candidate
from tracefmt.cli.sanitize import visible
from tracefmt.reading.time import text as moment

_LEVELS = {"warning": "yellow", "error": "red", "critical": "bold red"}


def as_table(found: Sequence[Candidate], console: Console) -> None:
    """Print a table; the ids are whole, to be copied."""
    if not found:
        console.print("no such line belongs to a trace")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("time", no_wrap=True)
    table.add_column("trace id", no_wrap=True, min_width=32)
    table.add_column("lines", justify="right")
    table.add_column("service")
    table.add_column("first such line", overflow="fold")
    for candidate in found:
        line = candidate.line
        told = visible(line.message or "").split("\n")[0]
        table.add_row(
            "" if line.time is None else moment(line.time),
            Text(candidate.trace_id, "magenta"),
            f"{candidate.lines:,}",
            visible(", ".join(candidate.services)),
            Text(told, _LEVELS.get(line.level or "", "")),
        )
    if not console.is_terminal:
        console.width = 1000  # programs fold for themselves
    console.print(table)
    if console.is_terminal:
        console.print(Text("tracefmt trace ID FILES shows one of them.", "dim"))


def as_json(found: Sequence[Candidate]) -> None:
    """Print one object a line."""
    for candidate in found:
        line = candidate.line
        click.echo(
            json.dumps(
                {
                    "trace_id": candidate.trace_id,
                    "span_id": line.span_id,
                    "time": None if line.time is None else moment(line.time, "microseconds"),
                    "lines": candidate.lines,
                    "services": candidate.services,
                    "level": line.level,
                    "logger": line.logger,
                    "message": line.message,
                }
            )
        )
