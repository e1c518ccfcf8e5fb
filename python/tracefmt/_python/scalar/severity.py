"""Logging's level numbers to the numbers and names of backends."""

from __future__ import annotations

_LOWEST, _HIGHEST = 10, 53
_FATAL4 = 24
_BASES = {1: 5, 2: 9, 3: 13, 4: 17, 5: 21}
_NAMES = (
    *((10, '"DEFAULT"'), (20, '"DEBUG"'), (25, '"INFO"'), (30, '"NOTICE"'), (40, '"WARNING"')),
    *((50, '"ERROR"'), (60, '"CRITICAL"'), (70, '"ALERT"')),
)


def severity_number(level: int) -> int:
    """
    Return OpenTelemetry's number, 1 to 24, as its Python SDK finds it; 0 below `logging.DEBUG`.

    Example:
        >>> from tracefmt._python.scalar.severity import severity_number
        >>> severity_number(30), severity_number(35), severity_number(5)
        (13, 16, 0)
    """
    if level < _LOWEST:
        return 0
    if level > _HIGHEST:
        return _FATAL4
    return _BASES[level // 10] + min(level % 10, 3)


def log_severity(level: int) -> str:
    """Return the name of Google Cloud's `LogSeverity`, quoted: the highest that is not above."""
    return next((name for limit, name in _NAMES if level < limit), '"EMERGENCY"')
