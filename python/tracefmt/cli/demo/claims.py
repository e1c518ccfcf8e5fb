"""
What the lines must hold for the story to be true.

Each claim is a function that raises `DemoError` where it finds it broken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tracefmt.cli.demo.failure import DemoError
from tracefmt.cli.demo.files import Line
from tracefmt.cli.demo.load import FAILED, PLACED
from tracefmt.cli.demo.services import NAMES

STATUS = "http.response.status_code"
SERVER_ERRORS = range(500, 600)
LOSES_ITS_CONTEXT = "checkout.receipts"
IDS = {
    "trace_id": re.compile("(?!0{32})[0-9a-f]{32}"),
    "span_id": re.compile("(?!0{16})[0-9a-f]{16}"),
    "trace_flags": re.compile("[0-9a-f]{2}"),
}


def check(lines: Sequence[Line], records: Mapping[str, int], statuses: Mapping[int, int]) -> None:
    """
    Check every claim.

    Args:
        lines: what was logged.
        records: how many records each service's handler was given.
        statuses: how many orders were answered with each status.

    Raises:
        DemoError: a claim does not hold; the message says which.
    """
    every_record_has_its_line(lines, records)
    ids_are_whole_or_absent(lines)
    every_order_has_one_trace(lines, sum(statuses.values()))
    every_failure_shows(lines, statuses[FAILED])
    only_the_plain_pool_loses_its_trace(lines, statuses[PLACED])


def check_mended(
    lines: Sequence[Line], records: Mapping[str, int], statuses: Mapping[int, int]
) -> None:
    """Check every claim about the services that carry the context, as `check` does."""
    every_record_has_its_line(lines, records)
    ids_are_whole_or_absent(lines)
    every_order_has_one_trace(lines, sum(statuses.values()))
    every_failure_shows(lines, statuses[FAILED])
    every_line_has_a_trace(lines)


def every_record_has_its_line(lines: Sequence[Line], records: Mapping[str, int]) -> None:
    """Nothing was lost and nothing came twice."""
    found = Counter(line["service"] for line in lines)
    for service in NAMES:
        if found[service] != records[service]:
            raise DemoError(
                f"{service} logged {records[service]} records and wrote {found[service]} lines"
            )


def ids_are_whole_or_absent(lines: Sequence[Line]) -> None:
    """All three ids, well-formed and not zero, or none of them."""
    for line in lines:
        ids = {key: line[key] for key in IDS if key in line.fields}
        whole = len(ids) == len(IDS) and all(IDS[key].fullmatch(ids[key]) for key in ids)
        if ids and not whole:
            raise DemoError(f"a line has ids that are not whole: {line.text}")


def every_order_has_one_trace(lines: Sequence[Line], orders: int) -> None:
    """One trace for each order, through all three services, without a line of another order."""
    traces = defaultdict(set)
    services = defaultdict(set)
    for line in lines:
        if line["trace_id"] and line["order_id"]:
            traces[line["order_id"]].add(line["trace_id"])
            services[line["trace_id"]].add(line["service"])
    several = [order for order, ids in traces.items() if len(ids) > 1]
    if several:
        raise DemoError(f"the lines of {several[0]} are in {len(traces[several[0]])} traces")
    if not len(traces) == len(services) == orders:
        raise DemoError(
            f"{orders} orders were sent; {len(traces)} were logged, in {len(services)} traces"
        )
    for trace_id, met in services.items():
        if met != set(NAMES):
            raise DemoError(f"trace {trace_id} only has lines of {', '.join(sorted(met))}")


def every_failure_shows(lines: Sequence[Line], failures: int) -> None:
    """Each failed order has an error line of checkout, and one of payments with the exception."""
    answered = upstream_failures(lines)
    raised = [line for line in lines if line["service"] == "payments" and line["exception.type"]]
    for name, found in (("checkout", answered), ("payments", raised)):
        traces = {line["trace_id"] for line in found}
        if len(found) != failures or len(traces) != failures:
            raise DemoError(
                f"{failures} orders failed, and {name} wrote {len(found)} lines about that, "
                f"in {len(traces)} traces"
            )


def upstream_failures(lines: Sequence[Line]) -> list[Line]:
    """Return the lines in which checkout says, at level error, that payments answered a 5xx."""
    return [
        line
        for line in lines
        if line["service"] == "checkout"
        and line["level"] == "error"
        and line[STATUS] in SERVER_ERRORS
    ]


def only_the_plain_pool_loses_its_trace(lines: Sequence[Line], placed: int) -> None:
    """The receipts, and nothing else, are without a trace."""
    without = Counter(line["logger"] for line in lines if not line["trace_id"])
    if without != {LOSES_ITS_CONTEXT: placed}:
        found = ", ".join(f"{logger} {number}" for logger, number in without.items()) or "none"
        raise DemoError(
            f"{placed} receipts should be the only lines without a trace id; found: {found}"
        )


def every_line_has_a_trace(lines: Sequence[Line]) -> None:
    """No line is without a trace, the receipts neither."""
    without = [line for line in lines if not line["trace_id"]]
    if without:
        raise DemoError(f"{len(without)} lines of the mended services have no trace id")


def lost(place: Mapping[str, object] | None) -> Mapping[str, object]:
    """Return where checkout says that its lines lost their trace: at its receipts."""
    if place is None or place["logger"] != LOSES_ITS_CONTEXT:
        raise DemoError(f"checkout should have counted its receipts as lost, and has {place}")
    return place
