"""`tracefmt bench`: it runs, says what it measured, and measures nothing that is wrong."""

from __future__ import annotations

import json
import logging
import time

import pytest

from tracefmt.cli.bench import contenders
from tracefmt.cli.bench.loops import format_loop, keyword_loop, logging_loop, record
from tracefmt.cli.bench.timing import least
from tracefmt.cli.bench.workloads import WORKLOADS

FEW = ("bench", "--rounds", "1")


def test_plain_text_in_a_pipe(tracefmt_command):
    """In a pipe there are tables without a frame or a colour, no progress bar, and what W3 is."""
    done = tracefmt_command(*FEW)

    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert done.stdout.isascii()
    assert "\ntracefmt.Formatter " in done.stdout
    assert "\nNullHandler " in done.stdout
    assert "\nW3  five attributes\n" in done.stdout
    assert "\nThe trace ids cost " in done.stdout


def test_json_holds_every_figure(tracefmt_command, core):
    """``--json`` gives each contender's cost by workload, and what the ids cost."""
    done = tracefmt_command(*FEW, "--json")

    report = json.loads(done.stdout)
    ours = [row for row in report["rows"] if row["name"] == "tracefmt.Formatter"]
    assert report["core"] == core.NAME
    assert core.NAME in [row["core"] for row in ours]
    assert list(ours[0]["microseconds"]) == ["W1", "W2", "W3", "W5"]
    assert all(cost > 0 for row in report["rows"] for cost in row["microseconds"].values())
    assert ours[0]["ids"] is not None
    assert report["workloads"]["W7"] == "W3, disabled"


@pytest.mark.once
def test_tables_on_a_terminal(on_terminal):
    """On a terminal the tables are drawn, in colour."""
    status, shown = on_terminal(*FEW, COLUMNS="100")

    assert status == 0
    assert "\x1b[" in shown
    assert "─" in shown


@pytest.mark.once
def test_help_says_what_it_does(tracefmt_command):
    """The help names the option for JSON and the exit status."""
    done = tracefmt_command("bench", "--help")

    assert "--json" in done.stdout
    assert "Exit status: 0" in done.stdout


@pytest.mark.once
@pytest.mark.parametrize("line", ["", "request finished\n", '{"trace_id":"0"}\n', "{}\n"])
def test_a_line_without_its_ids_is_not_measured(line):
    """What lost a line or its ids is an error, not a fast contender."""
    with pytest.raises(contenders.BenchError, match="without its ids"):
        contenders.must_have_ids("broken", line)


@pytest.mark.once
def test_measuring_takes_turns():
    """Each loop runs once a round, in the same order, and gets a cost."""
    turns = []

    def loop(name):
        def write(count):
            turns.append(name)
            deadline = time.thread_time_ns() + 2000 * count
            while time.thread_time_ns() < deadline:
                pass

        return write

    costs = least({"a": loop("a"), "b": loop("b")}, rounds=3, seconds=0.0001)

    assert turns[-6:] == ["a", "b"] * 3
    assert all(cost >= 2e-6 for cost in costs.values())


class Calls:
    """A logger that keeps what it is called with."""

    def __init__(self):
        self.info_calls = []
        self.exceptions = []

    def info(self, *args, **kwargs):
        self.info_calls.append((args, kwargs))

    def exception(self, message):
        self.exceptions.append(message)


@pytest.mark.once
def test_loops_call_as_an_application_does():
    """Attributes go under ``extra`` or as keywords, arguments behind the message."""
    log = Calls()
    logging_loop(log, WORKLOADS["W3"])(1)
    keyword_loop(log, WORKLOADS["W3"])(1)
    logging_loop(log, WORKLOADS["W2"])(1)
    keyword_loop(log, WORKLOADS["W2"], braces=True)(1)

    fields = dict(WORKLOADS["W3"].fields)
    assert log.info_calls == [
        (("request finished",), {"extra": fields}),
        (("request finished",), fields),
        (("order %s paid in %d ms", "o-3391", 31), {}),
        (("order {} paid in {} ms", "o-3391", 31), {}),
    ]


@pytest.mark.once
def test_exceptions_are_new_each_time():
    """W5 logs so many exceptions, each raised for itself."""
    log = Calls()
    logging_loop(log, WORKLOADS["W5"])(3)

    assert log.exceptions == ["payment failed"] * 3


@pytest.mark.once
def test_a_record_is_formatted_as_if_it_were_new():
    """What logging keeps of a stacktrace on the record is dropped before each line of W5."""
    made = record(WORKLOADS["W5"])
    kept = []

    def write(each):
        kept.append(each.exc_text)
        logging.Formatter().format(each)

    format_loop(write, made)(2)

    assert kept == [None, None]
