"""
Whether every line is tied to a trace.

`scan` answers it for log files, of any schema that `tracefmt.reading` knows.
"""

from tracefmt.correlation._report import Group, Report, StaleTrace
from tracefmt.correlation._scan import scan

__all__ = ["Group", "Report", "StaleTrace", "scan"]
