"""A Celery worker with a prefork pool: every line of fifty tasks has its sender's trace."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from tests.frameworks.configurations import CELERY
from tests.frameworks.served import PARENT, REQUESTS, Process, environment, trace_id

pytestmark = pytest.mark.once  # the core is that of the worker's processes

SECONDS = 60
FAREWELL = (
    "",
    "worker: Warm shutdown (MainProcess)",
)  # printed past logging, from a signal handler
SEND = """
import sys
from opentelemetry import context, propagate
from {module} import app, place, refund
{instrument}
for line in sys.stdin:
    order, traceparent = line.split()
    token = context.attach(propagate.extract({{"traceparent": traceparent}}))
    (place if int(order) % 3 else refund).delay(int(order))
    context.detach(token)
"""
INSTRUMENT = """
from opentelemetry import trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
CeleryInstrumentor().instrument()
"""


class Worked(NamedTuple):
    configuration: object
    lines: list


@pytest.fixture(scope="module")
def _both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("celery")
    with ThreadPoolExecutor(len(CELERY)) as pool:
        lines = pool.map(lambda configuration: work(configuration, folder), CELERY)
        return dict(zip(CELERY, lines, strict=True))


@pytest.fixture(params=CELERY, ids=lambda configuration: configuration.key)
def worked(request, _both):
    """A worker's lines about fifty tasks."""
    return Worked(request.param, _both[request.param])


def work(configuration, folder):
    process = Process(configuration, "rust", folder / configuration.key)
    module = configuration.command.rpartition("--app ")[2].split()[0]
    code = SEND.format(module=module, instrument=INSTRUMENT if configuration.spans else "")
    try:
        process.wait_for(lambda: (process.folder / "queue").exists())
        orders = [f"{n} 00-{trace_id(n)}-{PARENT}-01" for n in range(1, REQUESTS + 1)]
        subprocess.run(
            [sys.executable, "-c", code],
            input="\n".join(orders).encode(),
            cwd=process.folder,
            env=environment("rust"),
            check=True,
            timeout=SECONDS,
        )
        process.wait_for(lambda: process.output().count('"celery.app.trace"') >= REQUESTS)
        time.sleep(0.2)  # what comes after the last line would be wrong, and is waited for
    finally:
        process.stop()
    return process.lines(besides=FAREWELL)


def test_application_lines(worked):
    """Each task's line has the trace of the one who sent it."""
    found = [(line["order_id"], line["trace_id"]) for line in worked.lines if "order_id" in line]

    assert sorted(found) == [(order, trace_id(order)) for order in range(1, REQUESTS + 1)]


def test_lines_about_the_end(worked):
    """Celery's own line about a task's success or failure has that trace too."""
    found = [line for line in worked.lines if line["logger"] == "celery.app.trace"]

    assert sorted(line["trace_id"] for line in found) == sorted(
        trace_id(order) for order in range(1, REQUESTS + 1)
    )
    failed = {line["trace_id"] for line in found if line["level"] == "error"}
    assert failed == {trace_id(order) for order in range(3, REQUESTS + 1, 3)}


def test_spans(worked):
    """The span is the instrumentation's, one for each task; without one it is the sender's."""
    spans = {}
    for line in worked.lines:
        if "trace_id" in line:
            spans.setdefault(line["trace_id"], set()).add(line["span_id"])

    if worked.configuration.spans:
        assert {len(found) for found in spans.values()} == {1}
        assert len(set.union(*spans.values())) == REQUESTS
    else:
        assert set.union(*spans.values()) == {PARENT}
