"""The engineer's way at 3 a.m.: from an error line to the service that failed first."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console, RenderableType
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

import tracefmt
from tracefmt.cli import terminal
from tracefmt.cli.audit import page as audit_page
from tracefmt.cli.audit.report import Verdict, percent
from tracefmt.cli.demo import claims, cost, files, fleet, load
from tracefmt.cli.demo.files import Line
from tracefmt.cli.demo.services import NAMES
from tracefmt.cli.trace import page as trace_page
from tracefmt.cli.trace.search import search
from tracefmt.cli.trace.text import sentence
from tracefmt.cli.trace.tree import build
from tracefmt.correlation import scan

MENDED = 100
"""So many orders at most go through the mended services."""
LEVELS = {"info": "green", "warning": "yellow", "error": "bold red"}
FRAME = re.compile(
    r'  File "(?P<file>.*)", line (?P<line>\d+), in (?P<name>.*)\n(?: {4}(?P<code>.*))?'
)


def run_and_tell(folder: Path, requests: int, concurrency: int, *, kept: bool) -> None:
    """
    Run the services, send the orders, check what was logged, and tell the story.

    Raises:
        DemoError: the services could not be run, or a line says something else than it must.
    """
    started = time.perf_counter()
    with terminal.progress() as progress:
        task = progress.add_task("starting the services", total=requests)
        with fleet.running(folder) as services:
            progress.update(task, description="sending the orders")
            statuses = load.send(
                services.url, requests, concurrency, lambda: progress.advance(task)
            )
            progress.update(task, description="stopping the services")
        lines = files.read(services.files.values())
        claims.check(lines, services.records, statuses)
        lost = claims.lost(services.lost["checkout"])
        progress.update(task, description="running them again, mended")
        mended = _run_mended(folder / "mended", min(requests, MENDED), concurrency)

    story = _Story(terminal.output(), lines, mended, lost)
    story.tell(statuses)
    named = list(services.files.values())
    if kept:
        named += story.write_pages(folder, named)
    story.sum_up(statuses, time.perf_counter() - started)
    if kept:
        story.name(named)


def _run_mended(folder: Path, requests: int, concurrency: int) -> list[Line]:
    """Run the services once more, with the line that mends them, and return what they logged."""
    folder.mkdir(exist_ok=True)
    with fleet.running(folder, mended=True) as services:
        statuses = load.send(services.url, requests, concurrency, lambda: None)
    lines = files.read(services.files.values())
    claims.check_mended(lines, services.records, statuses)
    return lines


class _Story:
    """The lines that were logged, before and after, and the console on which they are shown."""

    def __init__(
        self,
        console: Console,
        lines: Sequence[Line],
        mended: Sequence[Line],
        lost: Mapping[str, object],
    ) -> None:
        self._console = console
        self._lines = lines
        self._mended = mended
        self._lost = lost
        self._step = 0

    def tell(self, statuses: Mapping[int, int]) -> None:
        """Go the whole way, one step after the other."""
        self.say(
            f"{sum(statuses.values())} orders went through {' → '.join(NAMES)}; "
            f"{statuses[load.FAILED]} of them met a bank that does not answer. "
            f"Each service logged through tracefmt ({tracefmt.core} core)."
        )
        symptom = self._show_symptom()
        trace = self._show_trace(symptom)
        self._show_cause(trace)
        self._show_lines_without_trace()
        self._show_mended()
        self._show_cost()

    def write_pages(self, folder: Path, logs: Sequence[Path]) -> list[Path]:
        """Write what `tracefmt audit` and `tracefmt trace` make of the files, and return where."""
        names = [str(path) for path in logs]
        report = scan(names)
        symptom = claims.upstream_failures(self._lines)[-1]
        tree = build(search(symptom["trace_id"], names, (), None))
        self._head("The same with one command each.")
        self._show(
            f"tracefmt audit {' '.join(path.name for path in logs)}\n"
            f"    {percent(1 - report.missing_share)} of {report.total.lines:,} lines have an id\n"
            f"tracefmt trace {symptom['trace_id'][:8]} {' '.join(path.name for path in logs)}"
        )
        if tree.failing is not None:
            self._show(sentence(tree.failing), indent="       ")
        pages = {
            folder / "audit.html": audit_page.render(report, Verdict.of(report, None, 0)),
            folder / "trace.html": trace_page.render(tree),
        }
        for path, page in pages.items():
            path.write_text(page, encoding="utf-8")
        return list(pages)

    def sum_up(self, statuses: Mapping[int, int], seconds: float) -> None:
        """Say how much that was, and what was checked."""
        number = len(self._lines)
        tied = sum(1 for line in self._lines if line["trace_id"])
        answers = ", ".join(f"{count} answered {status}" for status, count in statuses.items())
        self._console.print()
        self.say(
            f"In all: {sum(statuses.values())} requests ({answers}), {number} lines, "
            f"{tied / number:.1%} of them with ids, {seconds:.1f} s."
        )
        self.say(
            "Checked: every line is JSON, every record has its line, every order has one trace "
            "through all three services, and no line carries another order's ids."
        )

    def say(self, text: str) -> None:
        """Print some sentences."""
        self._show(Text(text), indent="")

    def name(self, files: Iterable[Path]) -> None:
        """Say where the lines are; a path stays in one piece."""
        self._console.print("The files:", *files, sep="\n  ", soft_wrap=True)

    def _head(self, text: str) -> None:
        self._step += 1
        self._console.print()
        self._show(Text.assemble((f"{self._step}. ", "bold cyan"), (text, "bold")), indent="")

    def _show(self, content: RenderableType, indent: str = "   ") -> None:
        """Print something; no line ends in blanks, which a table and a wrapped text leave there."""
        options = self._console.options.update(width=self._console.width - len(indent))
        for line in self._console.render_lines(content, options, pad=False):
            text = Text.assemble(indent, *((part.text, part.style or "") for part in line))
            text.rstrip()
            self._console.print(text)

    def _show_symptom(self) -> Line:
        found = claims.upstream_failures(self._lines)
        symptom = found[-1]
        self._head(f"An error line of checkout: a 5xx (the newest of {len(found)}).")
        text = Text(symptom.text)
        JSONHighlighter().highlight(text)
        self._console.print(text, soft_wrap=True)
        self._head("The trace that it belongs to.")
        self._show(Text(f"trace_id {symptom['trace_id']}", "magenta"))
        return symptom

    def _show_trace(self, symptom: Line) -> list[Line]:
        trace = [line for line in self._lines if line["trace_id"] == symptom["trace_id"]]
        self._head(f"That trace in all three services: {len(trace)} lines, in time order.")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("ms", "service", "level", "logger", "message"):
            justify: Literal["left", "right"] = "right" if heading == "ms" else "left"
            table.add_column(heading, justify=justify, overflow="fold")
        for line in trace:
            table.add_row(
                f"{_milliseconds(trace[0], line):.1f}",
                line["service"],
                Text(line["level"], LEVELS.get(line["level"], "")),
                line["logger"],
                Text(line["message"], "bold" if line["level"] in ("warning", "error") else ""),
            )
        self._show(table)
        return trace

    def _show_cause(self, trace: Sequence[Line]) -> None:
        cause = next(line for line in trace if line["level"] == "error")
        self._head(f"{cause['service'].capitalize()} failed first.")
        self._show(
            Text.assemble(
                f"{_milliseconds(trace[0], cause):.1f} ms after the request came in, "
                f"{cause['logger']} says “{cause['message']}”:\n",
                (f"{cause['exception.type'].rpartition('.')[2]}: ", "bold red"),
                (cause["exception.message"], "bold"),
            )
        )
        *_, frame = FRAME.finditer(cause["exception.stacktrace"])
        self._show(
            Text.assemble(
                f"{Path(frame['file']).name}, line {frame['line']}, in {frame['name']}\n",
                (f"    {frame['code'] or ''}", "dim"),
            )
        )

    def _show_lines_without_trace(self) -> None:
        without = Counter(line["logger"] for line in self._lines if not line["trace_id"])
        every = Counter(line["logger"] for line in self._lines)
        self._head(f"{without.total()} of {len(self._lines)} lines have no trace id.")
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("logger")
        table.add_column("lines without", justify="right")
        table.add_column("of", justify="right")
        for logger, number in without.most_common():
            table.add_row(logger, str(number), str(every[logger]))
        self._show(table)
        self._show(
            "Its job runs on a plain concurrent.futures.ThreadPoolExecutor, whose threads do not "
            "see the caller's context variables, and the active span is one of them. "
            "Checkout has counted that by itself; tracefmt.correlation.stats() says where:"
        )
        file, _, row = str(self._lost["callsite"]).rpartition(":")
        self._show(
            Text.assemble(
                (f"{Path(file).name}, line {row}", "bold"),
                f", logger {self._lost['logger']}, thread {self._lost['thread']}\n"
                f"lost by {self._lost['lost_by']}; write {self._lost['instead']}",
            )
        )

    def _show_mended(self) -> None:
        self._head("One line at the start of a process mends it for all of its pools.")
        self._show(Text("tracefmt.propagation.install()", "magenta"))
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("the services")
        for heading in ("lines", "without a trace", "share"):
            table.add_column(heading, justify="right")
        for name, lines in (("as they were", self._lines), ("with that line", self._mended)):
            without = sum(1 for line in lines if not line["trace_id"])
            table.add_row(name, str(len(lines)), str(without), percent(without / len(lines)))
        self._show(table)

    def _show_cost(self) -> None:
        self._head("What one line costs: CPU time in this process, best of several rounds.")
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("formatter")
        table.add_column("µs", justify="right")
        table.add_column("bytes", justify="right")
        for number, entry in enumerate(cost.measure()):
            style = "" if number else "bold"
            table.add_row(entry.name, f"{entry.microseconds:.2f}", str(entry.size), style=style)
        self._show(table)


def _milliseconds(start: Line, line: Line) -> float:
    return (line.time - start.time).total_seconds() * 1000
