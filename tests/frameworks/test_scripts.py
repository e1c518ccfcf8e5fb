"""Processes without a server: a script, and a handler that is called once for each event."""

import json
import subprocess
import sys

import pytest
from tests.frameworks.configurations import Page
from tests.frameworks.served import (
    PARENT,
    REQUESTS,
    environment,
    trace_id,
    traceparent,
    write_files,
)

RUNTIME = """
import importlib, json, logging, sys, types
logging.getLogger().addHandler(logging.StreamHandler())  # as Lambda's runtime does
module = importlib.import_module(sys.argv[1])
about = types.SimpleNamespace(
    function_name="orders",
    aws_request_id="r-1",
    invoked_function_arn="arn:aws:lambda:eu-central-1:1:function:orders",
)
for line in sys.stdin:
    assert module.handler(json.loads(line), about) == {"statusCode": 200}
module.log.info("between two events")
"""


@pytest.fixture
def run(core_name, tmp_path):
    """Run a command where the page's files are; return its status and its lines."""
    folder = tmp_path / "page"
    write_files(Page("scripts"), folder)

    def run(arguments, text="", **variables):
        result = subprocess.run(
            [sys.executable, *arguments],
            input=text.encode(),
            cwd=folder,
            env=environment(core_name, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        return result.returncode, [json.loads(line) for line in result.stdout.splitlines()]

    return run


def test_script(run):
    """A script's lines carry its caller's trace: the warning and the uncaught exception as well."""
    assert Page("scripts").commands == ["python nightly.py"]
    status, lines = run(["nightly.py"], TRACEPARENT=traceparent(7))

    assert status == 1
    assert [line["logger"] for line in lines] == ["nightly", "py.warnings", "py.exceptions"]
    assert [line["level"] for line in lines] == ["info", "warning", "critical"]
    assert {(line["trace_id"], line["span_id"]) for line in lines} == {(trace_id(7), PARENT)}


@pytest.mark.parametrize("module", ["handler", "traced"])
def test_handler_of_events(run, module):
    """Each event's line has the trace of that event; between two there is none."""
    events = [
        {"headers": {"traceparent": traceparent(order)}, "order_id": order}
        for order in range(1, REQUESTS + 1)
    ]
    variables = {"AWS_LAMBDA_FUNCTION_NAME": "orders", "_HANDLER": f"{module}.handler"}
    status, lines = run(["-c", RUNTIME, module], "\n".join(map(json.dumps, events)), **variables)

    assert status == 0
    assert [(line.get("order_id"), line.get("trace_id")) for line in lines] == [
        *((order, trace_id(order)) for order in range(1, REQUESTS + 1)),
        (None, None),
    ]
    spans = {line.get("span_id") for line in lines[:-1]}
    assert spans == {PARENT} if module == "handler" else len(spans) == REQUESTS
