"""How many of this process's lines belong to a trace."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from tracefmt import _core
from tracefmt._cold import missing
from tracefmt._cold.mechanism import Mechanism


class Place(NamedTuple):
    """
    Where lines without a span come from.

    Attributes:
        lines: how many; an estimate where there are more than 256 lines without a span in all.
        logger: the logger's name.
        callsite: file and line of the call.
        thread: the name of the thread.
        lost_by: the mechanism that ran the code.
        instead: what to write so that the context comes along.
    """

    lines: int
    logger: str | None
    callsite: str
    thread: str
    lost_by: str
    instead: str


class Stats(NamedTuple):
    """
    What this process has written since its start, or since `reset`.

    Attributes:
        lines: all lines; a record that two handlers write is two.
        correlated: lines with a valid span.
        unsampled: those of them whose span is not sampled, so that the trace may not be kept.
        missing: lines without a span.
        allowed: those of them whose logger needs none; an estimate, as the counts of places are.
        places: where lines without a span come from, the most frequent place first.
    """

    lines: int
    correlated: int
    unsampled: int
    missing: int
    allowed: int
    places: tuple[Place, ...]

    @property
    def missing_share(self) -> float:
        """
        The share of lines that lack a span and should have one, from 0 to 1.

        Lines of allowed loggers count neither way; without other lines it is 0.
        """
        asked = self.lines - self.allowed
        return (self.missing - self.allowed) / asked if asked > 0 else 0.0


def stats(*, allow: Iterable[str] = ()) -> Stats:
    """
    Return how many lines of this process belong to a trace, and where the others come from.

    Args:
        allow: names of loggers whose lines need none, with their children: schedulers, start-up.
            Their places are left out.

    The cores count always. Of lines without a span the first 256 are looked at for their place,
    then one of 1024, so that the counts of places are estimates; of more than 512 places the
    frequent ones are kept.

    Example:
        >>> import logging, tracefmt
        >>> from tracefmt import correlation
        >>> correlation.reset()
        >>> formatter = tracefmt.Formatter()
        >>> line = formatter.format(logging.makeLogRecord({"name": "app"}))
        >>> with tracefmt.use(tracefmt.SpanContext(1, 2)):
        ...     line = formatter.format(logging.makeLogRecord({"name": "app"}))
        >>> found = correlation.stats()
        >>> (found.lines, found.correlated, found.missing, found.missing_share)
        (2, 1, 1, 0.5)
        >>> found.places[0].logger, found.places[0].lost_by
        ('app', 'no span was started')
    """
    return _summary(_core.core.counts(), dict(missing.seen()), tuple(allow))


Counts: TypeAlias = tuple[int, int, int]
Seen: TypeAlias = dict[tuple[Any, str, str, Mechanism], int]


def now() -> tuple[Counts, Seen]:
    """Return all that has been counted."""
    return _core.core.counts(), dict(missing.seen())


def since(before: tuple[Counts, Seen], allow: tuple[str, ...]) -> Stats:
    """Return what has been counted since `now` returned `before`."""
    counts, seen = now()
    sampled, unsampled, without = (a - b for a, b in zip(counts, before[0], strict=True))
    if min(sampled, unsampled, without) < 0:  # somebody has reset them
        return _summary(counts, seen, allow)
    newer = {place: count - before[1].get(place, 0) for place, count in seen.items()}
    more = {place: count for place, count in newer.items() if count > 0}
    return _summary((sampled, unsampled, without), more, allow)


def _summary(counts: Counts, seen: Seen, allow: tuple[str, ...]) -> Stats:
    sampled, unsampled, without = counts
    asked = {
        place: count for place, count in seen.items() if not missing.is_allowed(place[0], allow)
    }
    looked_at = sum(seen.values())
    # of lines that were not looked at, the same share is taken to be allowed
    share = 1 - sum(asked.values()) / looked_at if looked_at else 0
    worst_first = sorted(asked.items(), key=lambda item: -item[1])
    return Stats(
        *(sum(counts), sampled + unsampled, unsampled, without, round(without * share)),
        tuple(_place(place, count) for place, count in worst_first),
    )


def _place(place: tuple[Any, ...], count: int) -> Place:
    logger, callsite, thread, lost = place
    return Place(count, logger, callsite, thread, lost.name, lost.instead)


def reset() -> None:
    """Count from zero on, and forget the places."""
    _core.core.reset_counts()
    missing.forget()


def observe(meter: Any = None) -> None:
    """
    Report the counts as OpenTelemetry metrics, through the API.

    ======================  ==================  =======================================
    metric                  unit                attribute ``tracefmt.correlation``
    ======================  ==================  =======================================
    ``tracefmt.log.lines``  ``{line}``          ``sampled``, ``unsampled``, ``missing``
    ======================  ==================  =======================================

    An alert on the share: ``missing`` over the sum of all three.

    Args:
        meter: an OpenTelemetry `Meter`; without one that of the global provider.

    Example:
        >>> from tracefmt import correlation
        >>> correlation.observe()
    """
    from opentelemetry import metrics  # noqa: PLC0415  # not before somebody asks for metrics

    def read(_: Any) -> list[metrics.Observation]:
        kinds = ("sampled", "unsampled", "missing")
        counts = zip(kinds, _core.core.counts(), strict=True)
        return [metrics.Observation(n, {"tracefmt.correlation": kind}) for kind, n in counts]

    used = metrics.get_meter("tracefmt") if meter is None else meter
    used.create_observable_counter(
        "tracefmt.log.lines", [read], "{line}", "Lines written, by whether a span was active"
    )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=reset)  # or two processes would report the same lines
