"""From files to the screen, once or for as long as they grow."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator

import click

from tracefmt.cli.pretty import tail
from tracefmt.cli.pretty.filters import Filter
from tracefmt.cli.pretty.painter import Painter
from tracefmt.reading import NotALine, Reader
from tracefmt.reading.files import STDIN, UnreadableFile, in_order, lines


def show(
    files: tuple[str, ...],
    *,
    schema: str | None,
    wanted: Filter,
    painter: Painter,
    last: int | None,
    follow: bool,
) -> None:
    """
    Print what is wanted of the files.

    Raises:
        click.UsageError: a file cannot be read.
    """
    paths = in_order(files) or [STDIN]
    reader = Reader(schema)
    try:
        followed = tail.Tail([path for path in paths if path != STDIN]) if follow else None
        read = followed.present() if followed else _all_lines(paths)
        texts = _texts(read, reader, wanted, painter)
        _print(texts if last is None else deque(texts, last))
        if followed:
            if STDIN in paths:
                _print(_texts(lines(STDIN), reader, wanted, painter))
            _print(_texts(followed.appended(), reader, wanted, painter))
    except UnreadableFile as error:
        raise click.UsageError(str(error)) from error
    except BrokenPipeError:
        # whoever read has seen enough; what is left must not be flushed into the same pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _all_lines(paths: Iterable[str]) -> Iterator[bytes]:
    for path in paths:
        yield from lines(path)


def _texts(
    read: Iterable[bytes], reader: Reader, wanted: Filter, painter: Painter
) -> Iterator[bytes]:
    """Go through what is to be printed, each with its newline."""
    for line in read:
        try:
            found = reader.read(line)
        except NotALine:
            if not wanted.needs_fields:
                yield line + b"\n"
            continue
        for record in found:
            if wanted.passes(record):
                yield painter.paint(record).encode("utf-8", "backslashreplace") + b"\n"


def _print(texts: Iterable[bytes]) -> None:
    out = sys.stdout.buffer
    interactive = sys.stdout.isatty()
    try:
        for text in texts:
            out.write(text)
            if interactive:
                out.flush()
    finally:
        out.flush()
