"""
Levels by `logging`'s names, whatever a line calls them.

Numbers are of four scales, and the field says which: Python's and OpenTelemetry's own numbers,
Azure's, and elsewhere those of pino and bunyan.
"""

from __future__ import annotations

from typing import Any

__all__ = ["NAMES", "number", "read"]

NAMES = {"trace": 5, "debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
_ALIASES = {
    "warn": "warning",
    "err": "error",
    "fatal": "critical",
    "information": "info",
    "informational": "info",
    "dpanic": "critical",
    "panic": "critical",
    "emerg": "critical",
    "severe": "error",
    "verbose": "debug",
}
# Between the names: Google's and syslog's.
_RANKS = {**NAMES, "notice": 25, "alert": 55, "emergency": 60}
_PINO = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "critical"}
_AZURE = {0: "debug", 1: "info", 2: "warning", 3: "error", 4: "critical"}
_PYTHON = {number: name for name, number in NAMES.items()}
_OPENTELEMETRY = ("trace", "debug", "info", "warning", "error", "critical")
_SCALES = {
    "severityNumber": {n: _OPENTELEMETRY[(n - 1) // 4] for n in range(1, 25)},
    "severity_code": {n: _OPENTELEMETRY[(n - 1) // 4] for n in range(1, 25)},
    "severity_number": {n: _OPENTELEMETRY[(n - 1) // 4] for n in range(1, 25)},
    "SeverityLevel": _AZURE,
    "levelno": _PYTHON,
    "level_number": _PYTHON,
    "level_value": _PYTHON,
}


def read(value: Any, key: str = "level") -> str | None:
    """
    Return a level's name as `logging` has it, in lower case; None where there is none.

    Example:
        >>> from tracefmt.reading.level import read
        >>> read("WARN"), read(30), read(13, "severityNumber"), read("Level 25")
        ('warning', 'info', 'warning', 'level 25')
    """
    if isinstance(value, str) and value:
        if value.isdecimal() and len(value) < 3:  # noqa: PLR2004
            return read(int(value), key)
        name = value.lower()
        return _ALIASES.get(name, name)
    if isinstance(value, int) and not isinstance(value, bool):
        return _SCALES.get(key, _PINO).get(value, str(value))
    return None


def number(level: str | None) -> int | None:
    """Return how severe a level is, by `logging`'s numbers; None where nobody knows."""
    if level is None:
        return None
    known = _RANKS.get(level)
    if known is None and level.startswith("level ") and level[6:].isdecimal():
        return int(level[6:])
    return known
