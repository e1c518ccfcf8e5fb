"""What a sink could not write, until it can say so."""

from __future__ import annotations

import time
from typing import NamedTuple


class Loss(NamedTuple):
    """Lines that were lost, since when, and the number of the last error."""

    dropped: int  # for want of room
    failed: int  # by an error of the descriptor
    since: float  # seconds since 1970
    error: int | None

    @property
    def count(self) -> int:  # type: ignore[override]  # a tuple's `count` is of no use here
        """How many lines that are."""
        return self.dropped + self.failed


def added(
    loss: Loss | None, dropped: int, failed: int, since: float | None, error: int | None
) -> Loss:
    """Return a loss with more lines; they are lost now, unless something else is said."""
    if since is None:
        since = time.time()
    if loss is None:
        return Loss(dropped, failed, since, error)
    since = min(since, loss.since)
    error = loss.error if error is None else error
    return Loss(loss.dropped + dropped, loss.failed + failed, since, error)


def without_one(loss: Loss) -> Loss | None:
    """Return a loss with one line less, or None where none is left."""
    if loss.count <= 1:
        return None
    if loss.dropped > 0:
        return loss._replace(dropped=loss.dropped - 1)
    return loss._replace(failed=loss.failed - 1)
