"""From log files to a report: what is asked of a line, and what the core's counts are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from tracefmt import _core
from tracefmt.correlation._report import BrokenLine, Group, Report, StaleTrace
from tracefmt.exceptions import ConfigurationError
from tracefmt.reading import layouts, level
from tracefmt.reading.files import STDIN, UnreadableFile, in_order, open_log
from tracefmt.reading.trace_id import KINDS
from tracefmt.schemas import Schema
from tracefmt.spans._stale import REASONS

__all__ = ["OTHER", "scan"]

OTHER = "(other)"
PIECE = 1 << 20  # bytes
_MEMBERS = ("time", "level", "logger", "service", "process", "trace_id", "trace_stale")
_MOST_ROWS = 32  # of a member, in both cores
_OTLP_LEVELS = {100: "severityText", 101: "severityNumber"}


def scan(
    files: str | Iterable[str],
    *,
    schema: str | Schema | None = None,
    max_span: timedelta | None = timedelta(hours=1),
    max_processes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    r"""
    Count the lines of log files by what their trace id is.

    The files are read once, in the order in which they were written, and in bounded memory.  A
    line that is no JSON object is counted as broken; a file that cannot be read is named in the
    report.

    Args:
        files: names of JSON Lines files, plain or compressed with gzip or zstd; ``-`` is standard
            input.
        schema: a schema's name or a `tracefmt.Schema`; None reads lines of any schema.
        max_span: a trace whose lines are further apart looks stale; None: no trace does.
        max_processes: a trace that is seen in more processes of one service looks stale.
        progress: called with the number of bytes after each piece that was read.

    Raises:
        ConfigurationError: there is no such schema, or a limit is negative.

    Example:
        >>> import tempfile
        >>> from tracefmt.correlation import scan
        >>> with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        ...     _ = file.write('{"level":"info","trace_id":"0af7651916cd43dd8448eb211c80319c"}\n')
        ...     _ = file.write('{"level":"info","trace_id":"0"}\n')
        ...     file.flush()
        ...     report = scan(file.name)
        >>> report.missing_share, dict(report.levels["info"].counts)
        (0.5, {'valid': 1, '0': 1})
    """
    if (max_span is not None and max_span < timedelta(0)) or (max_processes or 0) < 0:
        msg = "max_span and max_processes are not negative; write None for no limit"
        raise ConfigurationError(msg)
    named = in_order([files] if isinstance(files, str) else files)
    rows = _rows(schema)
    scanner = _core.core.Scanner(
        [
            (member, key, layouts.path(key), key in layouts.DECIMAL)
            for member, keys in enumerate(rows)
            for key in keys
        ],
        schema in (None, layouts.OTLP),
        None if max_span is None else max_span // timedelta(microseconds=1),
        max_processes or 0,
    )
    unreadable = []
    for name in named:
        try:
            for piece in _pieces(name):
                scanner.feed(piece)
                if progress is not None:
                    progress(len(piece))
        except UnreadableFile as error:
            unreadable.append(str(error))
        scanner.end_file()
    return _report(named, rows[_MEMBERS.index("level")], scanner.result(), unreadable)


def _rows(schema: str | Schema | None) -> list[tuple[str, ...]]:
    layout = layouts.named(schema)
    rows = [tuple(layout.get(member, ())) for member in _MEMBERS]
    if max(map(len, rows)) > _MOST_ROWS:
        msg = f"schema: more than {_MOST_ROWS} keys for one of {', '.join(_MEMBERS)}"
        raise ConfigurationError(msg)
    return rows


def _pieces(name: str) -> Iterator[bytes]:
    with open_log(name) as stream:
        read = getattr(stream, "read1", stream.read) if name == STDIN else stream.read
        while piece := read(PIECE):
            yield piece


def _report(
    files: list[str], level_keys: tuple[str, ...], found: Mapping[str, Any], unreadable: list[str]
) -> Report:
    return Report(
        files=tuple(files),
        total=_group(found["counts"]),
        services=_groups(found["services"], _text),
        loggers=_groups(found["loggers"], _text),
        levels=_groups(found["levels"], lambda name: _level(name, level_keys)),
        minutes=_groups(found["minutes"], lambda minute: minute * 60),
        stale_lines={
            reason: lines
            for reason, lines in zip(REASONS, found["stale_lines"], strict=True)
            if lines
        },
        broken=found["broken"],
        examples=tuple(BrokenLine(files[file], *rest) for file, *rest in found["examples"]),
        span=found["span"],
        stale=tuple(
            sorted((StaleTrace(*trace) for trace in found["stale"]), key=lambda t: -t.lines)
        ),
        stale_dropped=found["stale_dropped"],
        unreadable=tuple(unreadable),
    )


def _group(counts: Iterable[int]) -> Group:
    return Group({kind: count for kind, count in zip(KINDS, counts, strict=True) if count})


def _groups(found: Mapping[Any, Iterable[int]], name: Callable[[Any], Any]) -> dict[Any, Group]:
    """Return the groups by their names for people; those that have one name then are one."""
    counts: dict[Any, list[int]] = {}
    for key, added in found.items():
        named = None if key is None else OTHER if key is ... else name(key)
        before = counts.get(named, [0] * len(KINDS))
        counts[named] = [a + b for a, b in zip(before, added, strict=True)]
    order = sorted(name for name in counts if name not in (None, OTHER))
    last = [name for name in (OTHER, None) if name in counts]
    return {name: _group(counts[name]) for name in (*order, *last)}


def _text(name: bytes) -> str | None:
    """Return a name; an empty one is none."""
    return name.decode("utf-8", "surrogatepass") or None


def _level(name: bytes, keys: tuple[str, ...]) -> str | None:
    row, text = name[0], _text(name[1:])
    return level.read(text, _OTLP_LEVELS.get(row) or keys[row])
