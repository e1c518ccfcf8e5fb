"""
Spans that are stale: current, and yet not those of the work that runs.

The ids of such a span look right and are another request's.
"""

from __future__ import annotations

from typing import Any

FORK = "fork"
"""It was inherited through fork: that of whoever happened to start the process."""
ENDED = "ended"
"""It has ended and is still current."""
WORKER = "worker"
"""An earlier task of a pool's thread has left it behind."""
REASONS = (FORK, ENDED, WORKER)

END = "_end_time"
"""
Where a span of OpenTelemetry's SDK keeps when it has ended, which is None until then.

Its public property says the same, and costs more than the rest of a line's ids.
"""

_HELD = 256  # so that a process which leaves one behind at each task does not hold them all
_left: dict[int, tuple[Any, str]] = {}


def leave(span: Any, reason: str) -> None:
    """Remember that this very object is left behind; it is held, so that its address stays its."""
    _left[id(span)] = (span, reason)
    while len(_left) > _HELD:
        _left.pop(next(iter(_left)), None)


def reason_of(span: Any) -> str | None:
    """Return why a span is stale whatever becomes of it, or None."""
    found = _left.get(id(span))
    return None if found is None else found[1]


def ends_in(span: Any) -> dict[str, Any] | None:
    """Return where `END` will say that a span has ended; None where nothing says so."""
    attributes = getattr(span, "__dict__", None)
    return attributes if type(attributes) is dict and END in attributes else None
