"""How many of this process's lines belong to a trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from tracefmt import _core
from tracefmt._cold import missing
from tracefmt.exceptions import ConfigurationError


class Place(NamedTuple):
    """
    Where lines come from that have no span, or a stale one.

    Attributes:
        lines: how many; an estimate where there are more than 256 such lines of the logger.
        logger: the logger's name.
        callsite: file and line of the call.
        thread: the name of the thread.
        lost_by: the mechanism that ran the code.
        instead: what to write so that the context comes along.
        stale: None where there is no span, else why it is stale (``"fork"``, ``"ended"``,
            ``"worker"``).
    """

    lines: int
    logger: str | None
    callsite: str
    thread: str
    lost_by: str
    instead: str
    stale: str | None = None


class Logger(NamedTuple):
    """
    The lines of one logger.

    Attributes:
        name: its name; None for all loggers beyond the first 512.
        lines: all its lines.
        correlated: lines with a valid span that is not stale.
        unsampled: those of them whose span is not sampled.
        stale: lines whose span is stale.
        missing: lines without a span.
    """

    name: str | None
    lines: int
    correlated: int
    unsampled: int
    stale: int
    missing: int


class Stats(NamedTuple):
    """
    What this process has written since its start, or since `reset`.

    Attributes:
        lines: all lines; a record that two handlers write is two.
        correlated: lines with a valid span that is not stale.
        unsampled: those of them whose span is not sampled, so that the trace may not be kept.
        stale: lines whose span is current and yet not that of the work: inherited through fork,
            ended, or left behind in a pool's thread.
        missing: lines without a span.
        allowed: those of them whose logger needs none.
        places: where lines without a span or with a stale one come from, the most frequent place
            first; without those of allowed loggers.
        loggers: the lines of each logger, the one with most lines first.
    """

    lines: int
    correlated: int
    unsampled: int
    stale: int
    missing: int
    allowed: int
    places: tuple[Place, ...]
    loggers: tuple[Logger, ...]

    @property
    def missing_share(self) -> float:
        """
        The share of lines that lack a span and should have one, from 0 to 1.

        Lines of allowed loggers that have no span count neither way; without other lines it is 0.
        """
        return self._share(self.missing - self.allowed)

    @property
    def stale_share(self) -> float:
        """The share of lines whose span is stale, from 0 to 1, of the same lines."""
        return self._share(self.stale)

    def _share(self, lines: int) -> float:
        asked = self.lines - self.allowed
        return lines / asked if asked > 0 else 0.0


def stats(*, allow: Iterable[str] = (), expected: str = "all") -> Stats:
    """
    Return how many lines of this process belong to a trace, and where the others come from.

    Args:
        allow: names of loggers whose lines need none, with their children: schedulers, start-up.
            Their places are left out.
        expected: whose lines need a span: ``"all"``, or ``"traced"``: those of loggers that have
            been seen inside of one.

    The cores count always, and exactly. Of each logger's lines without a span, and with a stale
    one, the first 256 are looked at for their place, then one of 1024, so that the counts of places
    are estimates; of more than 512 places the frequent ones are kept.

    Raises:
        ConfigurationError: `allow` or `expected` cannot be meant.

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
    return _summary(now(), Expected.of(allow, expected))


class Expected(NamedTuple):
    """Whose lines need a span."""

    allow: tuple[str, ...]
    only_traced: bool

    @classmethod
    def of(cls, allow: Iterable[str], expected: str) -> Expected:
        """Check what was given."""
        if isinstance(allow, str):
            raise ConfigurationError(f"allow: write a list of names, [{allow!r}]")
        if expected not in ("all", "traced"):
            raise ConfigurationError(f"expected={expected!r}: write 'all' or 'traced'")
        return cls(tuple(allow), expected == "traced")

    def needs_one(self, logger: str | None, traced: frozenset[str | None]) -> bool:
        """Return whether the lines of a logger need a span."""
        if self.only_traced and logger not in traced:
            return False
        return logger is None or not missing.is_allowed(logger, self.allow)


Counts: TypeAlias = dict["str | None", tuple[int, ...]]


class Counted(NamedTuple):
    """All that has been counted: by logger, and by place."""

    loggers: Counts
    places: missing.Seen
    traced: frozenset[str | None]


def now() -> Counted:
    """Return all that has been counted."""
    loggers: Counts = {}
    for name, lines in _core.core.counts():
        before = loggers.get(name, _NONE)
        loggers[name] = tuple(a + b for a, b in zip(lines, before, strict=True))
    traced = frozenset(name for name, lines in loggers.items() if any(lines[:3]))
    return Counted(loggers, missing.seen(), traced)


_NONE = (0, 0, 0, 0)


def since(before: Counted, expected: Expected) -> Stats:
    """Return what has been counted since `now` returned `before`."""
    after = now()
    more = {
        name: tuple(a - b for a, b in zip(lines, before.loggers.get(name, _NONE), strict=True))
        for name, lines in after.loggers.items()
    }
    if any(min(lines) < 0 for lines in more.values()):  # somebody has reset them
        return _summary(after, expected)
    newer = {place: count - before.places.get(place, 0) for place, count in after.places.items()}
    places = {place: count for place, count in newer.items() if count > 0}
    return _summary(Counted(more, places, after.traced), expected)


def _summary(counted: Counted, expected: Expected) -> Stats:
    sampled, unsampled, stale, without = (
        sum(lines[kind] for lines in counted.loggers.values()) for kind in range(4)
    )
    allowed = sum(
        lines[3]
        for name, lines in counted.loggers.items()
        if not expected.needs_one(name, counted.traced)
    )
    places = [
        _place(place, count)
        for place, count in counted.places.items()
        if place[4] is not None or expected.needs_one(place[0], counted.traced)
    ]
    loggers = [
        Logger(name, sum(lines), lines[0] + lines[1], *lines[1:])
        for name, lines in counted.loggers.items()
        if any(lines)
    ]
    return Stats(
        *(sampled + unsampled + stale + without, sampled + unsampled, unsampled),
        *(stale, without, allowed),
        tuple(sorted(places, key=lambda place: -place.lines)),
        tuple(sorted(loggers, key=lambda logger: -logger.lines)),
    )


def _place(place: tuple[Any, ...], count: int) -> Place:
    logger, callsite, thread, lost, stale = place
    return Place(count, logger, callsite, thread, lost.name, lost.instead, stale)


def reset() -> None:
    """Count from zero on, and forget the places."""
    _core.core.reset_counts()
    missing.forget()


def observe(meter: Any = None) -> None:
    """
    Report the counts as OpenTelemetry metrics, through the API.

    ======================  ==================  ==================================================
    metric                  unit                attribute ``tracefmt.correlation``
    ======================  ==================  ==================================================
    ``tracefmt.log.lines``  ``{line}``          ``sampled``, ``unsampled``, ``stale``, ``missing``
    ======================  ==================  ==================================================

    An alert on the share: ``missing`` and ``stale`` over the sum of all four.

    Args:
        meter: an OpenTelemetry `Meter`; without one that of the global provider.

    Example:
        >>> from tracefmt import correlation
        >>> correlation.observe()
    """
    from opentelemetry import metrics  # noqa: PLC0415  # not before somebody asks for metrics

    def read(_: Any) -> list[metrics.Observation]:
        found = stats()
        lines = {
            "sampled": found.correlated - found.unsampled,
            "unsampled": found.unsampled,
            "stale": found.stale,
            "missing": found.missing,
        }
        return [metrics.Observation(n, {"tracefmt.correlation": kind}) for kind, n in lines.items()]

    used = metrics.get_meter("tracefmt") if meter is None else meter
    used.create_observable_counter(
        "tracefmt.log.lines", [read], "{line}", "Lines written, by whether a span was active"
    )
