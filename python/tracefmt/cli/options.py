"""Arguments and options that more than one command takes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, TypeVar

import click

from tracefmt.reading import layouts, time

__all__ = ["DURATION", "FILES", "POINT", "SHARE", "schema_option"]

_Command = TypeVar("_Command", bound=Any)

FILES = click.Path(allow_dash=True, dir_okay=False)


def schema_option(command: _Command) -> _Command:
    """Add ``--schema``, for lines whose schema shall not be guessed."""
    option = click.option(
        "--schema",
        metavar="NAME",
        type=click.Choice(layouts.names()),
        help=f"Read this schema alone: {', '.join(layouts.names())}.  [default: any]",
    )
    return option(command)


class _Share(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3 only
    """A share: ``1%``, or ``0.01``."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return it as a number from 0 to 1."""
        text = str(value).strip()
        try:
            share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
        except ValueError:
            share = -1
        if not 0 <= share <= 1:
            self.fail(f"{value!r} is no share; write 1% or 0.01", param, ctx)
        return share


class _Duration(click.ParamType):  # type: ignore[type-arg]
    """A time from one point to another: ``90s``, ``15m``, ``1h30m``, ``2d``."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return it as a `timedelta`."""
        if isinstance(value, timedelta):
            return value
        match = _PARTS.fullmatch(value.strip())
        if match is None or not any(match.groups()):
            self.fail(f"{value!r} is no duration; write 90s, 15m, 1h30m or 2d", param, ctx)
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class _Point(_Duration):
    """A point in time: how long ago, or RFC 3339."""

    name = "time"

    def convert(  # type: ignore[override]  # a point is a number, and a duration stays one
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | int:
        """Return how long ago it was, or the microseconds since the epoch."""
        point = time.parse(value)
        if point is not None:
            return point
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no time; write 15m or 2026-11-24T03:00:00Z", param, ctx)


_NUMBER = r"(\d{1,6}(?:\.\d+)?)"
_PARTS = re.compile(f"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)

SHARE = _Share()
DURATION = _Duration()
POINT = _Point()
