"""How a line looks: columns, colours, and what a terminal must not be sent."""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import click

from tracefmt.cli.sanitize import visible
from tracefmt.reading import LogException, LogLine

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NO_TIME = "--:--:--.---"
_LEVELS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "trace": ("TRACE", {"dim": True}),
    "debug": ("DEBUG", {"fg": "blue"}),
    "info": ("INFO", {"fg": "green"}),
    "notice": ("NOTE", {"fg": "green"}),
    "warning": ("WARN", {"fg": "yellow", "bold": True}),
    "error": ("ERROR", {"fg": "red", "bold": True}),
    "critical": ("FATAL", {"fg": "white", "bg": "red", "bold": True}),
}
_LEVEL_WIDTH = 5
_SHORT = 8  # digits of a trace id: enough to tell the traces of a screen apart, and for --trace
_FULL = 32 + 1 + 16  # a trace id, a stroke and a span id
_WIDEST_NAME = 28
# Of the 256 colours, those that are bright enough on black and dark enough on white.
_TRACE_COLOURS = (33, 37, 64, 70, 98, 105, 130, 136, 140, 161, 166, 168, 172, 174, 203, 208)
_PLAIN = re.compile(r'[^\s"=]+')


def use_colours(color: str) -> bool:
    """Return whether to paint, from ``--color``, ``NO_COLOR`` and where the output goes."""
    if color != "auto":
        return color == "always"
    return not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def default_ids() -> str:
    """Return how ids are shown where nobody said: short for eyes, full for programs."""
    return "short" if sys.stdout.isatty() else "full"


class Painter:
    """
    Turns lines into text.

    Columns grow with what was seen, up to a limit, so that lines stand below each other.

    Args:
        colours: whether to use them.
        ids: ``"short"``, ``"full"`` or ``"none"``.
        utc: whether times are shown in UTC instead of the local time zone.
    """

    def __init__(self, *, colours: bool, ids: str, utc: bool = False) -> None:
        self._colours = colours
        self._ids = ids
        self._zone: tzinfo | None = timezone.utc if utc else None
        self._day = ""
        self._name_width = 0

    def paint(self, line: LogLine) -> str:
        """Return a line as text, of more than one line where it tells of an exception."""
        day, clock = self._time(line.time)
        parts = [self._style(clock, dim=True), self._level(line.level)]
        if self._ids != "none":
            parts.append(self._trace(line))
        parts += [self._name(line), self._message(line)]
        text = "  ".join(part for part in parts if part)
        if line.truncated is not None:
            text += f"\n    {self._style(f'cut: {visible(line.truncated)}', fg='yellow')}"
        if line.exception is not None:
            text += self._exception(line.exception)
        if day and day != self._day:
            self._day = day
            text = f"{self._style(day, bold=True)}\n{text}"
        return text

    def _style(self, text: str, **style: Any) -> str:
        return click.style(text, **style) if self._colours else text

    def _time(self, time: int | None) -> tuple[str, str]:
        if time is None:
            return "", _NO_TIME
        try:
            point = (_EPOCH + timedelta(microseconds=time)).astimezone(self._zone)
        except (OverflowError, ValueError, OSError):
            return "", _NO_TIME
        clock = f"{point:%H:%M:%S}.{point.microsecond // 1000:03d}"
        ahead = f"{point:%z}"
        zone = "UTC" if not ahead.strip("+0") else f"UTC{ahead[:3]}:{ahead[3:5]}"
        return f"{point:%Y-%m-%d} {zone}", clock

    def _level(self, level: str | None) -> str:
        shown, style = _LEVELS.get(level or "", (visible(level or "").upper(), {}))
        return self._style(shown.ljust(_LEVEL_WIDTH), **style)

    def _trace(self, line: LogLine) -> str:
        width = _SHORT if self._ids == "short" else _FULL
        value = line.trace_id.value
        if value is None:
            return self._style("·" * _SHORT, dim=True) + " " * (width - _SHORT)
        shown = value if self._ids == "full" else value[:_SHORT]
        colour = _TRACE_COLOURS[zlib.crc32(value.encode()) % len(_TRACE_COLOURS)]
        if self._ids == "full" and line.span_id is not None:
            shown = f"{shown}/{line.span_id}"
        return self._style(shown, fg=colour) + " " * (width - len(shown))

    def _name(self, line: LogLine) -> str:
        service, logger = visible(line.service or ""), visible(line.logger or "")
        if logger == service or logger.startswith(f"{service}."):
            service = ""  # the logger's name says it
        length = len(service) + len(logger) + (1 if service and logger else 0)
        self._name_width = max(self._name_width, min(length, _WIDEST_NAME))
        shown = [
            self._style(text, **style)
            for text, style in ((service, {"fg": "magenta"}), (logger, {"fg": "cyan"}))
            if text
        ]
        return " ".join(shown) + " " * (self._name_width - length)

    def _message(self, line: LogLine) -> str:
        severe = line.level in ("warning", "error", "critical")
        first, *more = visible(line.message or "").split("\n")
        parts = [self._style(first, bold=True) if severe else first] if first else []
        parts += [self._attribute(key, value) for key, value in line.attributes.items()]
        text = " ".join(parts)
        return "\n".join([text, *(f"    {part}" for part in more)])

    def _attribute(self, key: str, value: Any) -> str:
        if isinstance(value, str):
            shown = value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
        else:
            shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self._style(f"{visible(key)}=", dim=True) + visible(shown)

    def _exception(self, exception: LogException) -> str:
        head = ": ".join(part for part in (exception.type, exception.message) if part)
        trace = (exception.stacktrace or "").rstrip("\n")
        lines = trace.split("\n") if trace else []
        if not lines or (exception.message and exception.message not in trace):
            lines += head.split("\n")
        shown = []
        for line in lines:
            # the exception itself stands at the margin, its frames are set in
            is_frame = line.startswith((" ", "\t", "Traceback ")) or not line
            style: Mapping[str, Any] = {"dim": True} if is_frame else {"fg": "red"}
            shown.append(f"\n    {self._style(visible(line), **style)}" if line else "\n")
        return "".join(shown)
