"""
The tables of a record, as Markdown: what is promised, and what every contender costs.

    python benches/report.py                         of the newest record
    python benches/report.py benches/record/X.json   of that one
    python benches/report.py --chart                 and draw it, beside the record, as SVG and PNG

Every ratio is one of least CPU times for a line, measured in one run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from figures import CALL, FORMAT, Record, newest
from workloads import WORKLOADS

STDLIB_BASED = ("stdlib_json", "json_logger", "json_logger_orjson", "ecs")
OURS, PURE = "tracefmt_handler", "tracefmt_python"
NATIVE, BUFFERED = "tracefmt_logger_fields", "tracefmt_logger_fields_buffered"
EXTRA, EXTRA_BUFFERED = "tracefmt_logger", "tracefmt_logger_buffered"
NULL = "stdlib_null"


class Promise(NamedTuple):
    """
    One line of the table "Must show".

    Attributes:
        what: what is compared.
        bound: ``"at least"`` or ``"at most"``.
        limit: the bound's value.
        value: reads it from the record; None where it was not measured.
        unit: what follows the number.
    """

    what: str
    bound: str
    limit: float
    value: Callable[[Record], float | None]
    unit: str = ""

    def is_kept(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return value >= self.limit if self.bound == "at least" else value <= self.limit


def ratio(*pair: tuple[Any, ...]) -> Callable[[Record], float | None]:
    """Return what divides the first cost by the second."""

    def value(record: Record) -> float | None:
        above, below = (record.cost(*key) for key in pair)
        return above / below if above and below else None

    return value


def fastest_by(stage: str, ours: str) -> Callable[[Record], float | None]:
    """Return what divides the cost of W5 in the fastest peer under logging by ours."""

    def value(record: Record) -> float | None:
        costs = [cost for name in STDLIB_BASED if (cost := record.cost(name, stage, "W5"))]
        below = record.cost(ours, stage, "W5")
        return min(costs) / below if costs and below else None

    return value


def ids(stage: str, ours: str) -> Callable[[Record], float | None]:
    """Return what subtracts W6 from W3, in microseconds."""

    def value(record: Record) -> float | None:
        inside, outside = (record.cost(ours, stage, name) for name in ("W3", "W6"))
        return (inside - outside) / 1000 if inside and outside else None

    return value


def threads(sink: str) -> Callable[[Record], float | None]:
    """Return what divides the time of a line from one thread by that from two."""

    def value(record: Record) -> float | None:
        one, two = (record.figure(NATIVE, CALL, "W3", sink, count) for count in (1, 2))
        return one["wall_least_ns"] / two["wall_least_ns"] if one and two else None

    return value


def lost(record: Record) -> float | None:
    soaked = record.data.get("soak", [])
    return sum(one["lines"] - one["counted"] for one in soaked) if soaked else None


def import_time(record: Record) -> float | None:
    return next((e["least_ms"] for e in record.data["imports"] if e["module"] == "tracefmt"), None)


def growth(record: Record) -> float | None:
    grown = [
        (one["after_bytes"] - one["before_bytes"]) / 2**20
        for one in record.data["memory"]
        if one["contender"].startswith("tracefmt_")
    ]
    return max(grown, default=None)


LEAST, MOST = "at least", "at most"
PROMISES = (
    Promise(
        "W3, `format`: python-json-logger + orjson ÷ `Formatter.format_bytes`",
        *(LEAST, 6, ratio(("json_logger_orjson", FORMAT, "W3"), (OURS, FORMAT, "W3"))),
    ),
    Promise(
        "W3: `Formatter.format_bytes` ÷ `orjson.dumps` of the ready dict",
        *(MOST, 3, ratio((OURS, FORMAT, "W3"), ("orjson_dumps", FORMAT, "W3"))),
    ),
    Promise(
        "W3: logging + `tracefmt.StreamHandler` ÷ logging + NullHandler",
        *(MOST, 1.25, ratio((OURS, CALL, "W3"), (NULL, CALL, "W3"))),
    ),
    Promise(
        "W3: logging + NullHandler ÷ `tracefmt.Logger` with keyword fields, unbuffered",
        *(LEAST, 5, ratio((NULL, CALL, "W3"), (NATIVE, CALL, "W3"))),
    ),
    Promise(
        "W3: logging + NullHandler ÷ `tracefmt.Logger` with keyword fields, buffered",
        *(LEAST, 8, ratio((NULL, CALL, "W3"), (BUFFERED, CALL, "W3"))),
    ),
    Promise(
        "the same, attributes as logging's `extra=`, unbuffered",
        *(LEAST, 5, ratio((NULL, CALL, "W3"), (EXTRA, CALL, "W3"))),
    ),
    Promise(
        "the same, buffered",
        *(LEAST, 8, ratio((NULL, CALL, "W3"), (EXTRA_BUFFERED, CALL, "W3"))),
    ),
    Promise(
        "W3: pino, sync with mixin ÷ `tracefmt.Logger`",
        *(LEAST, 3, ratio(("pino", CALL, "W3"), (NATIVE, CALL, "W3"))),
    ),
    Promise(
        "W5, `format`: the fastest peer under logging ÷ `Formatter.format_bytes`",
        *(LEAST, 6, fastest_by(FORMAT, OURS)),
    ),
    Promise(
        "W5: the fastest peer under logging ÷ logging + `tracefmt.StreamHandler`",
        *(LEAST, 6, fastest_by(CALL, OURS)),
    ),
    Promise(
        "W5: the fastest peer under logging ÷ `tracefmt.Logger`",
        *(LEAST, 6, fastest_by(CALL, NATIVE)),
    ),
    Promise("trace ids, `format_bytes`: W3 minus W6", MOST, 0.08, ids(FORMAT, OURS), " µs"),
    Promise("trace ids, `tracefmt.Logger`: W3 minus W6", MOST, 0.08, ids(CALL, NATIVE), " µs"),
    Promise(
        "W7: `tracefmt.Logger` ÷ logging, both disabled",
        *(MOST, 1, ratio((NATIVE, CALL, "W7"), (NULL, CALL, "W7"))),
    ),
    Promise(
        "W3, `format`: the Python core ÷ python-json-logger with json",
        *(MOST, 1, ratio((PURE, FORMAT, "W3"), ("json_logger", FORMAT, "W3"))),
    ),
    Promise(
        "W3, `tracefmt.Logger`: one thread ÷ two, wall time of a line, file",
        *(LEAST, 1, threads("file")),
    ),
    Promise("W3: lines lost by two threads", MOST, 0, lost),
    Promise("`import tracefmt` after `import logging`", MOST, 15, import_time, " ms"),
    Promise("memory over many lines, the most of all", MOST, 1, growth, " MiB"),
)


def promises(record: Record) -> Iterator[str]:
    """Yield the table of what must be shown."""
    yield "| what | must be | measured | |"
    yield "|---|---:|---:|---|"
    for promise in PROMISES:
        value = promise.value(record)
        must = f"{promise.bound} {promise.limit:g}{promise.unit}"
        if value is None:
            yield f"| {promise.what} | {must} | not measured | |"
        else:
            kept = "" if promise.is_kept(value) else "**missed**"
            yield f"| {promise.what} | {must} | {value:.2f}{promise.unit} | {kept} |"


def costs(record: Record, stage: str) -> Iterator[str]:
    """Yield the table of every contender, cheapest first, microseconds for a line."""
    shown = [
        name for name in WORKLOADS if any(record.cost(one, stage, name) for one in record.names())
    ]
    yield f"| {stage} | {' | '.join(shown)} |"
    yield "|---|" + "---:|" * len(shown)
    names = [one for one in record.names() if any(record.cost(one, stage, w) for w in shown)]
    for name in sorted(names, key=lambda one: record.cost(one, stage, "W3") or float("inf")):
        cells = (_microseconds(record.cost(name, stage, workload)) for workload in shown)
        yield f"| {record.label(name, stage)} | {' | '.join(cells)} |"


def sinks(record: Record) -> Iterator[str]:
    """Yield the table of W3 by sink and number of threads: CPU time, and wall time behind it."""
    places = [(sink, count) for sink in ("null", "file", "pipe") for count in (1, 2)]
    yield "| W3, call | " + " | ".join(f"{sink}, {count}" for sink, count in places) + " |"
    yield "|---|" + "---:|" * len(places)
    for name in record.names():
        found = [record.figure(name, CALL, "W3", *place) for place in places]
        if any(found):
            cells = [
                f"{one['least_ns'] / 1000:.2f} ({one['wall_least_ns'] / 1000:.2f})" if one else "-"
                for one in found
            ]
            yield f"| {record.label(name)} | {' | '.join(cells)} |"


def rest(record: Record) -> Iterator[str]:
    """Yield memory, imports, versions, and who did not take part in what."""
    yield "| memory, W3 | lines | RSS before | growth |"
    yield "|---|---:|---:|---:|"
    for one in record.data["memory"]:
        before, after = (one[key] / 2**20 for key in ("before_bytes", "after_bytes"))
        label = record.label(one["contender"])
        yield f"| {label} | {one['lines']:,} | {before:.1f} MiB | {after - before:+.2f} MiB |"
    yield ""
    yield "| import | least | median |"
    yield "|---|---:|---:|"
    for one in record.data["imports"]:
        yield f"| {one['module']} | {one['least_ms']:.1f} ms | {one['median_ms']:.1f} ms |"
    yield ""
    refused = {(one["contender"], one["workload"]): one["why"] for one in record.data["refused"]}
    for (name, workload), why in refused.items():
        yield f"- {record.label(name)} has no {workload}: {why[:160]}"
    for name, why in record.data["absent"].items():
        yield f"- {name} was not there: {why}"


def heading(record: Record) -> Iterator[str]:
    machine = record.data["machine"]
    yield (
        f"{record.data['made'][:10]}, {machine['implementation']} {machine['python']}, "
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}."
    )
    versions = {
        package: version
        for one in record.data["contenders"].values()
        for package, version in one["versions"].items()
    }
    yield ", ".join(f"{package} {version}" for package, version in sorted(versions.items())) + "."
    if "note" in record.data:
        yield f"Note: {record.data['note']}"


def _microseconds(cost: float | None) -> str:
    return "-" if cost is None else f"{cost / 1000:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("record", type=Path, nargs="?", help="a file of benches/record/")
    parser.add_argument("--chart", action="store_true", help="draw the chart, too")
    chosen = parser.parse_args()
    record = Record(chosen.record or newest())
    parts = (heading(record), promises(record), costs(record, FORMAT), costs(record, CALL))
    for part in (*parts, sinks(record), rest(record)):
        print("\n".join(part), end="\n\n")
    if chosen.chart:
        from chart import draw  # noqa: PLC0415  # matplotlib is only needed for this

        for path in draw(record):
            print(path)


if __name__ == "__main__":
    main()
