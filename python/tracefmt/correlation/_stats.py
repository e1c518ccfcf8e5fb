"""How many of this process's lines belong to a trace."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from tracefmt import _core
from tracefmt._cold import missing


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
        places: where lines without a span come from, the most frequent place first.
    """

    lines: int
    correlated: int
    unsampled: int
    missing: int
    places: tuple[Place, ...]

    @property
    def missing_share(self) -> float:
        """The share of lines without a span, from 0 to 1; 0 without lines."""
        return self.missing / self.lines if self.lines else 0.0


def stats() -> Stats:
    """
    Return how many lines of this process belong to a trace, and where the others come from.

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
    sampled, unsampled, without = _core.core.counts()
    places = [_place(place, count) for place, count in missing.seen()]
    lines = sampled + unsampled + without
    return Stats(lines, sampled + unsampled, unsampled, without, tuple(places))


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
