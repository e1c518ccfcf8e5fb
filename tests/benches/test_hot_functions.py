"""
The rooms' hot functions, for pytest-benchmark.

In the ordinary suite each runs once, untimed.  To time them, and to compare with an earlier state::

    pytest tests/benches/test_hot_functions.py --benchmark-only --benchmark-autosave
    pytest tests/benches/test_hot_functions.py --benchmark-only --benchmark-compare
"""

from __future__ import annotations

import json
import logging
import os

import pytest

import tracefmt
from tracefmt.cli.bench.loops import record
from tracefmt.cli.bench.workloads import WORKLOADS, ZAP
from tracefmt.schemas import Field, Form, Input

TEXT = "Test logging, but use a somewhat realistic message length. "
STRINGS = {
    "clean": TEXT * 4,
    "quotes": TEXT.replace(" ", ' "') * 4,
    "controls": TEXT.replace(" ", "\n") * 4,
    "two bytes": TEXT.replace("e", "é") * 4,
    "four bytes": TEXT.replace("e", "🌍") * 4,
}
VALUES = {
    "str": "u-8412",
    "int": 3,
    "big int": 10**30,
    "float": 12.75,
    "bool": False,
    "None": None,
    "list": ["eu", "beta"],
    "dict": {"name": "Jane Doe", "email": "jane@test.com"},
    "datetime": ZAP["time"],
    "exception": ZAP["error"],
}


def only(name, field):
    """Return a formatter that writes one field and nothing else."""
    return tracefmt.Formatter(tracefmt.Schema(name, [field]))


@pytest.mark.parametrize("workload", ["W1", "W2", "W3", "W4", "W5"])
def test_formatter(benchmark, workload):
    """A record becomes a line with the workload's message."""
    made = record(WORKLOADS[workload])

    line = benchmark(tracefmt.Formatter().format_bytes, made)

    assert json.loads(line)["message"] == WORKLOADS[workload].text


@pytest.mark.parametrize("kind", STRINGS)
def test_string(benchmark, kind):
    """A message alone arrives as it was."""
    formatter = only("message", Field("message", Input.MESSAGE))
    made = logging.makeLogRecord({"msg": STRINGS[kind]})

    line = benchmark(formatter.format_bytes, made)

    assert json.loads(line) == {"message": STRINGS[kind]}


@pytest.mark.parametrize("kind", VALUES)
def test_value(benchmark, kind):
    """An attribute alone arrives under its key."""
    formatter = only("attributes", Field("attributes", Input.ATTRIBUTES, Form.MEMBERS))
    made = logging.makeLogRecord({"value": VALUES[kind]})

    line = benchmark(formatter.format_bytes, made)

    assert list(json.loads(line)) == ["value"]


@pytest.mark.parametrize("buffer_size", [0, 65536])
def test_sink_write(benchmark, core, buffer_size):
    """A sink takes a line, unbuffered and buffered."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    sink = core.Sink(descriptor, buffer_size)

    benchmark(sink.write, b'{"message":"request finished"}')

    sink.flush()
    os.close(descriptor)
