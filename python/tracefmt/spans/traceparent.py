"""The span that a W3C ``traceparent`` header names (W3C Trace Context, section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from tracefmt.spans._span_context import SpanContext

__all__ = ["TraceparentSource", "parse"]

# Lower-case hex only.  Version 00 has exactly these four fields; a higher version may carry more
# after a dash, and is read by position.
_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.ASCII | re.DOTALL,
)
_MAX_LENGTH = 512  # characters; the limit that OpenTelemetry's propagator has too


def parse(header: str) -> SpanContext | None:
    """
    Return the context that a ``traceparent`` value names, or None where the value is invalid.

    Blanks and tabs around the value are allowed; everything else is read strictly: upper-case
    hex, ids of zeros, version ``ff``, and version ``00`` with anything after the flags are invalid.

    Example:
        >>> from tracefmt.spans.traceparent import parse
        >>> parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").trace_flags
        1
        >>> parse("00-00000000000000000000000000000000-b7ad6b7169203331-01") is None
        True
    """
    if len(header) > _MAX_LENGTH:
        return None
    match = _TRACEPARENT.fullmatch(header.strip(" \t"))
    if match is None:
        return None
    version, more = match["version"], match["more"]
    if version == "ff" or (version == "00" and more is not None):
        return None
    trace_id, span_id = int(match["trace"], 16), int(match["span"], 16)
    if not (trace_id and span_id):
        return None
    return SpanContext(trace_id, span_id, int(match["flags"], 16))


class TraceparentSource:
    """
    A span context source over a callable that returns the current ``traceparent`` text, or None.

    Example:
        >>> import os
        >>> from tracefmt import Formatter
        >>> from tracefmt.spans.traceparent import TraceparentSource
        >>> formatter = Formatter(
        ...     span_source=TraceparentSource(lambda: os.environ.get("TRACEPARENT"))
        ... )
    """

    def __init__(self, header: Callable[[], str | None]) -> None:
        self._header = header

    def __call__(self) -> SpanContext | None:
        """Return the context that the current header names, or None."""
        header = self._header()
        return None if header is None else parse(header)
