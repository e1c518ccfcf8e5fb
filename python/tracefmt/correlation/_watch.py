"""A warning in the log itself, where too many lines of this process belong to no trace."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from tracefmt.correlation._stats import Expected, Stats, now, since
from tracefmt.exceptions import ConfigurationError

_LOGGER = logging.getLogger("tracefmt.correlation")


class Watch:
    """What `watch` returns; `stop` ends it."""

    def __init__(self, share: float, interval: float, expected: Expected) -> None:
        self._share, self._interval = share, interval
        # a warning has no trace itself
        self._expected = expected._replace(allow=(*expected.allow, _LOGGER.name))
        self._before = now()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracefmt-correlation", daemon=True)

    def start(self) -> Watch:
        """Begin to look, in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Look no more; return when the thread has ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> Stats:
        """Look at what was written since the last time, and warn where the share is above."""
        found = since(self._before, self._expected)
        self._before = now()
        lost = found.missing_share + found.stale_share
        if lost > self._share:
            _LOGGER.warning(
                "%.1f %% of %d lines belong to no trace or to a stale one (%.1f %% are allowed)%s",
                lost * 100,
                found.lines - found.allowed,
                self._share * 100,
                _worst(found),
                extra={
                    "missing_share": found.missing_share,
                    "stale_share": found.stale_share,
                    "lines": found.lines,
                },
            )
        return found

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.check()


def _worst(found: Stats) -> str:
    if not found.places:
        return ""
    worst = found.places[0]
    where = f"; most of them: {worst.callsite or 'unknown place'}, logger {worst.logger}"
    return f"{where}, lost by {worst.lost_by} ({worst.thread}); write {worst.instead}"


def watch(
    share: float = 0.01, *, interval: float = 60.0, allow: Iterable[str] = (), expected: str = "all"
) -> Watch:
    """
    Warn in the log where too many lines belong to no trace, at most once in each interval.

    The share is that of lines without a span and with a stale one. The warning is a line of the
    logger ``tracefmt.correlation`` and names the place that most of these lines come from. A
    process that is forked has to watch for itself.

    Args:
        share: the share of lines without a span that is all right, from 0 to 1.
        interval: seconds from one look to the next.
        allow: names of loggers whose lines need no span, with their children.
        expected: whose lines need one, as for `stats`.

    Raises:
        ConfigurationError: `share` or `interval` is out of range.

    Example:
        >>> from tracefmt import correlation
        >>> watching = correlation.watch(0.01, allow=["apscheduler"])
        >>> watching.stop()
    """
    if not 0 <= share < 1:
        raise ConfigurationError(f"share={share!r}: write a number from 0 to 1, 0.01 for 1 %")
    if not interval > 0:
        raise ConfigurationError(f"interval={interval!r}: write seconds above 0")
    return Watch(share, interval, Expected.of(allow, expected)).start()
