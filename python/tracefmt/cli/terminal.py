"""
Where the commands write.

Colour on a terminal and none in a pipe; ``NO_COLOR`` and ``COLUMNS`` count, as rich reads them.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

WIDEST = 100  # columns; longer lines are hard to read


def output() -> Console:
    """Return the console for what a command has to say."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console


def progress() -> Progress:
    """Return a progress bar on stderr that vanishes at the end, and never shows in a pipe."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
