"""The report on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from tracefmt.cli.doctor.report import NOTHING_WRONG, Report

STYLES = {
    r"(?m)^\w+$": "bold cyan",
    r"(?m)^warning \d+: .+$": "bold yellow",
    r"(?m)^  Instead:": "bold green",
    rf"(?m)^{NOTHING_WRONG}$": "bold green",
}


def show(report: Report, console: Console) -> None:
    """Print the report, no wider than the console."""
    text = Text(report.text(console.width - 1))
    for words, style in STYLES.items():
        text.highlight_regex(words, style)
    console.print(text, soft_wrap=True)
