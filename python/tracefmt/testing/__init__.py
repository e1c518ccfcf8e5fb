"""
What a test asks of the lines that the code under test logs: that each belongs to a trace.

The pytest plugin has all this as the fixture `traced_logs` and the marker ``correlated``; with
another test runner use `TracedLogs` and `span` themselves.
"""

from tracefmt.testing._span import span
from tracefmt.testing._traced_logs import TracedLine, TracedLogs

__all__ = ["TracedLine", "TracedLogs", "span"]
