"""The scan, with how far it has come on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from tracefmt.correlation import Report, scan
from tracefmt.reading.files import STDIN

_COMPRESSED = (".gz", ".zst")


def scan_with_progress(
    files: Sequence[str],
    *,
    schema: str | None,
    max_span: timedelta | None,
    max_processes: int | None,
) -> Report:
    """Scan files, or standard input where there are none."""
    named = files or (STDIN,)
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("reading", total=_size(named))
        return scan(
            named,
            schema=schema,
            max_span=max_span,
            max_processes=max_processes,
            progress=lambda read: progress.advance(task, read),
        )


def _size(files: Sequence[str]) -> int | None:
    """Return how many bytes will be read, or None where nobody knows before."""
    paths = [Path(file) for file in files]
    if any(path.suffix in _COMPRESSED or not path.is_file() for path in paths):
        return None
    return sum(path.stat().st_size for path in paths)
