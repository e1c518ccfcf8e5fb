"""
Whether every line is tied to a trace.

`scan` answers it for log files, of any schema that `tracefmt.reading` knows; `mechanism` says what
runs the calling code, and so has lost the context of whoever asked for it.
"""

from tracefmt._cold.mechanism import Mechanism, mechanism
from tracefmt.correlation._report import Group, Report, StaleTrace
from tracefmt.correlation._scan import scan

__all__ = ["Group", "Mechanism", "Report", "StaleTrace", "mechanism", "scan"]
