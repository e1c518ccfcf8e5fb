"""
What a file in ``peers/`` is: three names.

``LABEL``
    what it is called in tables.
``TRAITS``
    a `Traits`: what it claims, and where in its line things stand.
``setup``
    for Python a function ``setup(stage, sink, workload)`` that returns a `Prepared`; for another
    language a `Program` that speaks the protocol of ``worker.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, TextIO

HERE = Path(__file__).parent
FORMAT, CALL = "format", "call"


class Traits(NamedTuple):
    """
    What a contender claims.

    Attributes:
        stages: ``format`` (a ready record to a line), ``call`` (from the call to the sink).
        packages: distributions whose versions belong to its figures.
        message: the path of the message in its line; parts joined by ``/``.
        fields: the path of what holds the attributes; empty for the line itself.
        ids: the paths of trace id and span id; None where it writes none.
        leaves_out: workloads that it does not have, and why.
        threads: whether it can log from two threads.
        writes: whether it writes lines at all.
        language: what it is written for.
    """

    stages: tuple[str, ...] = (CALL,)
    packages: tuple[str, ...] = ()
    message: str = "message"
    fields: str = ""
    ids: tuple[str, str] | None = ("trace_id", "span_id")
    leaves_out: Mapping[str, str] = MappingProxyType({})
    threads: bool = True
    writes: bool = True
    language: str = "python"


class Prepared(NamedTuple):
    """
    A contender that is ready to be timed.

    Attributes:
        loop: writes so many lines.
        flush: writes what waits; part of the time.
        line: for the stage ``format``: returns one line.
    """

    loop: Callable[[int], None]
    flush: Callable[[], object] = lambda: None
    line: Callable[[], str | bytes] | None = None


class Program(NamedTuple):
    """
    A contender of another language.

    Attributes:
        run: its command; workload (JSON) and sink (path) follow.
        folder: where the command runs.
        build: what makes it first, or nothing.
        built: what the build leaves; where it is there already the build is left out.  None builds
            each time, for builders that see by themselves that there is nothing to do.
    """

    run: tuple[str, ...]
    folder: Path
    build: tuple[str, ...] = ()
    built: Path | None = None


class Sink:
    """Where the lines go: a path, to be opened as the contender's users would."""

    def __init__(self, path: str) -> None:
        self.path = path

    def text(self) -> TextIO:
        """Open a line-buffered text stream, as `sys.stderr` is: `StreamHandler`'s default."""
        return Path(self.path).open("a", buffering=1, encoding="utf-8")

    def binary(self) -> BinaryIO:
        """Open a buffered binary stream."""
        return Path(self.path).open("ab")


def under(line: Any, path: str) -> Any:
    """Return what stands at a path of a line; raises `KeyError` where nothing does."""
    for part in filter(None, path.split("/")):
        if not isinstance(line, dict):
            raise KeyError(path)
        line = line[part]
    return line
