"""Which lines are wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click

from tracefmt.reading import LogLine, level

_TRACE = re.compile(r"[0-9a-f]{1,32}", re.ASCII)


@dataclass(frozen=True)
class Filter:
    """
    What a line must be to be shown; an empty filter lets all pass.

    Attributes:
        severity: the least severe that passes, by `logging`'s numbers, or None.
        loggers: names; one of them, or one above, is the line's.
        services: names; one of them is the line's.
        trace: how the line's trace id begins, or None.
    """

    severity: int | None = None
    loggers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    trace: str | None = None

    @classmethod
    def of(
        cls,
        least: str | None,
        loggers: tuple[str, ...],
        services: tuple[str, ...],
        trace: str | None,
    ) -> Filter:
        """
        Return the filter for what was given on the command line.

        Raises:
            click.BadParameter: no level has that name, or no trace id begins so.
        """
        severity = None
        if least is not None:
            name = level.read(least)
            severity = int(least) if least.isdecimal() else level.number(name)
            if severity is None:
                message = f"no level {least!r}; write one of {', '.join(level.NAMES)}"
                raise click.BadParameter(message, param_hint="'--level'")
        if trace is not None:
            trace = trace.lower()
            if not _TRACE.fullmatch(trace):
                message = "write the id's hex digits, or the first of them"
                raise click.BadParameter(message, param_hint="'--trace'")
        return cls(severity, loggers, services, trace)

    @property
    def needs_fields(self) -> bool:
        """Whether text that is no log line cannot be wanted."""
        return bool(self.loggers or self.services or self.trace)

    def passes(self, line: LogLine) -> bool:
        """Return whether the line is wanted; one without a level is never held back for that."""
        if self.severity is not None:
            severity = level.number(line.level)
            if severity is not None and severity < self.severity:
                return False
        if self.loggers and not any(_is_below(line.logger, name) for name in self.loggers):
            return False
        if self.services and line.service not in self.services:
            return False
        return self.trace is None or line.trace_id.matches(self.trace)


def _is_below(logger: str | None, name: str) -> bool:
    return logger is not None and (logger == name or logger.startswith(f"{name}."))
