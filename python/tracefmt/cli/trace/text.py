"""The trace on a terminal: a waterfall, with the lines below their spans."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from tracefmt.cli.sanitize import visible
from tracefmt.cli.trace.tree import Failing, Node, Tree
from tracefmt.reading import LogLine
from tracefmt.reading.time import text as moment

_BAR = 24  # columns
_LEVELS = {"debug": "blue", "info": "green", "warning": "yellow", "error": "bold red"}
_SEVERE = {"warning": "bold", "error": "bold red", "critical": "bold red"}


def milliseconds(microseconds: float) -> str:
    """Return a time for people."""
    value = microseconds / 1000
    if value >= 10_000:  # noqa: PLR2004
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"  # noqa: PLR2004


def plural(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def sentence(failing: Failing) -> str:
    """Say where to look first, in one sentence."""
    service = visible(failing.service or "an unnamed service")
    node = failing.node
    known = node is not None and not node.is_guessed
    where = f"in “{visible(node.span.name)}” of {service}" if node and known else f"in {service}"
    if failing.reason == "status":
        told = node.span.status_message if node else ""
        if not told and failing.line is not None:
            told = failing.line.message or ""
        return f"It failed {where}" + (f": {visible(told)}" if told else ".")
    if failing.reason == "line" and failing.line is not None:
        return f"The first error is {where}: {visible(failing.line.message or '')}"
    time = milliseconds(node.own_time) if node else ""
    return f"Nothing failed; most time was spent {where}: {time} of its own."


def show(tree: Tree, console: Console) -> None:
    """Print the trace."""
    first, last = tree.bounds
    console.print(Text.assemble("trace ", (tree.trace_id, "bold magenta")))
    number = sum(1 for _ in tree.walk())
    parts = [
        plural(len(tree.lines), "line"),
        plural(number, "span"),
        plural(len(tree.services), "service"),
        milliseconds(last - first),
    ]
    console.print(Text(f"{', '.join(parts)}, from {moment(first, 'milliseconds')}", "dim"))
    console.print()
    for depth, node in tree.walk():
        _span(tree, node, depth, console)
        for line in node.lines:
            _line(line, first, depth, console)
    if tree.loose:
        if tree.roots:
            console.print(Text("Lines whose span is not there:", "dim"))
        for line in tree.loose:
            _line(line, first, 0, console)
    if tree.failing is not None:
        console.print()
        style = "bold yellow" if tree.failing.reason == "time" else "bold red"
        console.print(Text(sentence(tree.failing), style), soft_wrap=True)


def _span(tree: Tree, node: Node, depth: int, console: Console) -> None:
    first, last = tree.bounds
    failing = tree.failing is not None and node is tree.failing.node
    colour = "red" if node.span.is_error else "yellow" if failing else "cyan"
    mark = ("▶ ", f"bold {colour}") if failing else ("  ", "")
    name = visible(node.span.name)
    text = Text.assemble(
        (f"{milliseconds(node.span.start - first):>9} ", "dim"),
        *_bar(node, first, last, colour),
        f" {milliseconds(node.duration):>9} ",
        mark,
        "  " * depth,
        (visible(node.span.service or "?"), "magenta"),
        " ",
        (f"({name})" if node.is_guessed else name, f"bold {colour}" if failing else "bold"),
    )
    if node.span.is_error:
        text.append(" error", "bold red")
        if node.span.status_message:
            text.append(f": {visible(node.span.status_message)}", "red")
    console.print(text, soft_wrap=True)


def _bar(node: Node, first: int, last: int, colour: str) -> list[tuple[str, str]]:
    whole = max(last - first, 1)
    start = min(int((node.span.start - first) / whole * _BAR), _BAR - 1)
    end = max(start + 1, round((node.span.end - first) / whole * _BAR))
    drawn = ("▒" if node.is_guessed else "█") * (end - start)
    return [(" " * start, ""), (drawn, colour), (" " * (_BAR - end), "")]


def _line(line: LogLine, first: int, depth: int, console: Console) -> None:
    at = "" if line.time is None else milliseconds(line.time - first)
    told = visible(line.message or "").replace("\n", " ")
    text = Text.assemble(
        (f"{at:>9} ", "dim"),
        " " * (_BAR + 11),
        "  " + "  " * depth,
        ("· ", "dim"),
        (f"{(line.level or '').upper():<8}", _LEVELS.get(line.level or "", "bold red")),
        (f"{visible(line.logger or '')}: " if line.logger else "", "cyan"),
        (told, _SEVERE.get(line.level or "", "")),
    )
    if line.exception is not None and (line.exception.type or line.exception.message):
        told = ": ".join(part for part in (line.exception.type, line.exception.message) if part)
        text.append(f" [{visible(told)}]".replace("\n", " "), "red")
    console.print(text, soft_wrap=True)
