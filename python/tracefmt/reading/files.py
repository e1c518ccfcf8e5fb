"""
Log files as streams of bytes: plain, compressed, from a pipe, in sets that were rotated.

What a file is, its first bytes say, not its name.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, cast

__all__ = ["STDIN", "UnreadableFile", "in_order", "lines", "open_log"]

STDIN = "-"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BOM = b"\xef\xbb\xbf"
# The standard library's from 3.14 on, and two that give the same on every Python.
_ZSTD_MODULES = ("compression.zstd", "backports.zstd", "zstandard")
# app.log.2.gz, app.log-20261123, app.log.2026-11-23_04
_ROTATED = re.compile(
    r"(?P<stem>.+?)(?:\.(?P<number>\d{1,5})|[.-](?P<date>\d{4}-?\d{2}-?\d{2}[\w-]*))?"
    r"(?:\.(?:gz|zst))?"
)


class UnreadableFile(Exception):  # noqa: N818  # the name says what it is
    """A file cannot be read; the text says which and why."""


def in_order(paths: Iterable[str]) -> list[str]:
    """
    Return files in the order in which they were written, where their names say it.

    ``app.log.2.gz`` is older than ``app.log.1``, and that than ``app.log``; a date is older than a
    later date.  Files that belong to different sets stay in the order in which they were named.

    Example:
        >>> from tracefmt.reading.files import in_order
        >>> in_order(["app.log", "app.log.1", "app.log.10.gz", "app.log.2.gz"])
        ['app.log.10.gz', 'app.log.2.gz', 'app.log.1', 'app.log']
    """
    sets: dict[str, list[tuple[tuple[int, int, str], str]]] = {}
    for path in dict.fromkeys(paths):
        match = _ROTATED.fullmatch(path)
        stem = match["stem"] if match else path
        if match and match["number"]:
            age = (0, -int(match["number"]), "")
        elif match and match["date"]:
            age = (0, 0, match["date"])
        else:
            age = (1, 0, "")
        sets.setdefault(stem, []).append((age, path))
    return [path for members in sets.values() for _, path in sorted(members)]


@contextlib.contextmanager
def open_log(path: str) -> Iterator[IO[bytes]]:
    """
    Give a stream of what is in a file, decompressed, and close it; ``-`` is standard input.

    Raises:
        UnreadableFile: it cannot be opened or breaks off, or what it is compressed with is not
            installed.
    """
    try:
        with contextlib.ExitStack() as stack:
            if path == STDIN:
                raw = cast("io.BufferedReader", sys.stdin.buffer)
            else:
                raw = stack.enter_context(Path(path).open("rb"))
            start = raw.peek(4)[:4]
            if start.startswith(_GZIP):
                yield cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
            elif start == _ZSTD:
                yield stack.enter_context(_zstd(path, raw))
            else:
                if start.startswith(_BOM):
                    raw.read(len(_BOM))
                yield raw
    except BrokenPipeError:
        raise  # of the output that the caller writes to
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(f"{path}: {error}") from error


def _zstd(path: str, raw: IO[bytes]) -> IO[bytes]:
    for name in _ZSTD_MODULES:
        try:
            module = import_module(name)
        except ImportError:
            continue
        if hasattr(module, "ZstdDecompressor") and hasattr(module, "get_frame_parameters"):
            reader = module.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            return cast("IO[bytes]", io.BufferedReader(reader))
        return cast("IO[bytes]", module.ZstdFile(raw))
    raise UnreadableFile(f"{path}: compressed with zstd; pip install 'tracefmt-otel[zstd]'")


def lines(path: str) -> Iterator[bytes]:
    """
    Go through the lines of a file as they come, each without its newline.

    Raises:
        UnreadableFile: it cannot be opened, or breaks off.
    """
    with open_log(path) as stream:
        for line in stream:
            yield line[:-1] if line.endswith(b"\n") else line
