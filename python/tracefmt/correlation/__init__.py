"""
Whether every line is tied to a trace.

`stats` answers it for this process, `scan` for log files, of any schema that `tracefmt.reading`
knows; `mechanism` says what runs the calling code, and so has lost the context.
"""

from tracefmt._cold.mechanism import Mechanism, mechanism
from tracefmt.correlation._report import Group, Report, StaleTrace
from tracefmt.correlation._scan import scan
from tracefmt.correlation._stats import Logger, Place, Stats, observe, reset, stats
from tracefmt.correlation._watch import Watch, watch
from tracefmt.correlation._workers import watch_workers

__all__ = [
    "Group",
    "Logger",
    "Mechanism",
    "Place",
    "Report",
    "StaleTrace",
    "Stats",
    "Watch",
    "mechanism",
    "observe",
    "reset",
    "scan",
    "stats",
    "watch",
    "watch_workers",
]
