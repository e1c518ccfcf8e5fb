"""What the report comes to, and the report as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracefmt.correlation import Group, Report
from tracefmt.reading.time import text as moment
from tracefmt.spans._stale import REASONS


@dataclass(frozen=True)
class Verdict:
    """
    What the limits say to a report.

    Attributes:
        max_missing: the share of lines that may have no id, or None.
        is_exceeded: whether more have none.
        is_bad_input: whether a file could not be read, or too many lines are broken.
    """

    max_missing: float | None
    is_exceeded: bool
    is_bad_input: bool

    @classmethod
    def of(cls, report: Report, max_missing: float | None, max_broken: float) -> Verdict:
        """Return the verdict on a report."""
        texts = report.total.lines + report.broken
        broken = report.broken / texts if texts else 0.0
        return cls(
            max_missing,
            max_missing is not None and report.missing_share > max_missing,
            bool(report.unreadable) or broken > max_broken,
        )


def percent(share: float) -> str:
    """Return a share for people; what is not nothing is never shown as nothing, nor all as less."""
    text = f"{share:.2%}"
    if text == "0.00%" and share:
        return "<0.01%"
    if text == "100.00%" and share < 1:
        return ">99.99%"
    return "100%" if share == 1 else "0%" if not share else text


def worst(groups: Mapping[Any, Group]) -> list[tuple[Any, Group]]:
    """Return groups, those with the most lines that miss an id first."""
    return sorted(groups.items(), key=lambda item: (-item[1].missing, -item[1].lines))


def as_json(report: Report, verdict: Verdict) -> str:
    """Return the report as JSON, for programs."""
    minutes = {
        None if minute is None else moment(minute * 1_000_000): group
        for minute, group in report.minutes.items()
    }
    return json.dumps(
        {
            "files": report.files,
            **report.total.as_dict(),
            "max_missing": verdict.max_missing,
            "exceeded": verdict.is_exceeded,
            "first": None if report.span is None else moment(report.span[0], "microseconds"),
            "last": None if report.span is None else moment(report.span[1], "microseconds"),
            "services": _list("service", report.services.items()),
            "loggers": _list("logger", report.loggers.items()),
            "levels": _list("level", report.levels.items()),
            "minutes": _list("minute", minutes.items()),
            "stale": [
                {
                    "trace_id": trace.trace_id,
                    "first": moment(trace.first, "microseconds"),
                    "last": moment(trace.last, "microseconds"),
                    "lines": trace.lines,
                    "processes": trace.processes,
                }
                for trace in report.stale
            ],
            "stale_dropped": report.stale_dropped,
            "stale_lines": {why: report.stale_lines.get(why, 0) for why in REASONS},
            "broken": report.broken,
            "broken_lines": [vars(line) for line in report.examples],
            "unreadable": report.unreadable,
        },
        indent=2,
    )


def _list(name: str, groups: Iterable[tuple[Any, Group]]) -> list[dict[str, Any]]:
    return [{name: key, **group.as_dict()} for key, group in groups]
