"""The tables that are made of a record."""

from __future__ import annotations

import json

import pytest
import report
import run
from figures import Record
from rounds import Session

pytestmark = pytest.mark.once


def figure(contender, stage, nanoseconds, workload="W3"):
    session = Session(stage, workload)._asdict()
    costs = {"least_ns": nanoseconds, "median_ns": nanoseconds, "wall_least_ns": nanoseconds}
    return {"contender": contender, **session, **costs}


@pytest.fixture
def record(tmp_path):
    """Return a record with a few figures that are easy to divide."""
    path = tmp_path / "2026-01-01-3.12.0.json"
    traits = {"language": "python"}
    path.write_text(
        run.written(
            {
                "figures": [
                    figure("json_logger_orjson", "format", 9000),
                    figure("tracefmt_handler", "format", 1000),
                    figure("orjson_dumps", "format", 250),
                ],
                "contenders": {
                    "tracefmt_handler": {"label": "ours", "traits": traits},
                    "json_logger_orjson": {"label": "theirs", "traits": traits},
                    "orjson_dumps": {"label": "ceiling", "traits": traits},
                },
                "imports": [],
                "memory": [],
            }
        )
    )
    return Record(path)


def test_written_record_is_json_with_an_entry_a_line(record):
    """A record can be read back, and compared by line."""
    assert json.loads(record.path.read_text()) == record.data
    assert '    {"contender": "orjson_dumps", ' in record.path.read_text()


def test_promises_are_ratios_of_least_times(record):
    """A bound that is kept is left alone, one that is missed is marked, the rest not measured."""
    rows = list(report.promises(record))

    assert rows[2].endswith("| at least 6 | 9.00 |  |")
    assert rows[3].endswith("| at most 3 | 4.00 | **missed** |")
    assert rows[4].endswith("| at most 1.25 | not measured | |")


def test_costs_are_sorted(record):
    """The cheapest contender comes first, in microseconds."""
    assert list(report.costs(record, "format")) == [
        "| format | W3 |",
        "|---|---:|",
        "| ceiling | 0.25 |",
        "| ours | 1.00 |",
        "| theirs | 9.00 |",
    ]


def test_quick_run_leaves_sinks_and_threads_out():
    """``--quick`` is W1, W3 and W5 to the null device from one thread."""
    sessions = list(run.sessions(run.options(["--quick"])))

    assert {session.workload for session in sessions} == {"W1", "W3", "W5"}
    assert {(session.sink, session.threads) for session in sessions} == {("null", 1)}


def test_whole_run_has_every_sink_and_both_threads():
    """W3 goes to every sink, from one thread and from two."""
    found = {
        (session.sink, session.threads)
        for session in run.sessions(run.options([]))
        if session.stage == "call" and session.workload == "W3"
    }

    assert found == {(sink, count) for sink in ("null", "file", "pipe") for count in (1, 2)}


def test_what_is_subtracted_is_measured_together():
    """W6 takes turns with W3, and one thread with two; everything is measured once."""
    groups = run.groups(run.options([]))
    flat = [session for group in groups for session in group]

    assert len(flat) == len(set(flat))
    assert [Session("format", "W3"), Session("format", "W6")] in groups
    assert [Session("call", "W3", "file", 1), Session("call", "W3", "file", 2)] in groups
