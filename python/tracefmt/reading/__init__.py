"""
Log lines read back: one neutral view of a line, whatever schema it was written in.

`Reader` knows tracefmt's own schemas, through their tables, and those of other libraries, through
the rows in `layouts`.  The commands that read logs, and `tracefmt.correlation.scan`, read by it.
"""

from tracefmt.reading.line import LogException, LogLine
from tracefmt.reading.reader import NotALine, Reader
from tracefmt.reading.trace_id import TraceId, judge

__all__ = ["LogException", "LogLine", "NotALine", "Reader", "TraceId", "judge"]
