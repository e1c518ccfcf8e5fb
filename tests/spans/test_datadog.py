"""
The span that ddtrace's own tracer calls current.

ddtrace patches what it finds, so it is imported in processes of their own only.  It is no
dependency of the tests: where it is not installed, a stand-in of its tracer remains.
"""

import importlib.util
import json

import pytest

REAL = pytest.mark.skipif(
    importlib.util.find_spec("ddtrace") is None, reason="ddtrace is not installed"
)
LINES = """
def line():
    return json.loads(formatter.format(logging.makeLogRecord({})))

def expect(trace_id, span_id, flags):
    found = line()
    assert found["trace_id"] == f"{trace_id:032x}", found
    assert found["span_id"] == f"{span_id:016x}", found
    assert found["trace_flags"] == flags, found
"""


@REAL
def test_ddtrace(run_script):
    """With the real ddtrace: no span, a span, one inside of it with sampling decided, and none."""
    script = f"""
import json, logging, os
from ddtrace import tracer
from tracefmt import Formatter
from tracefmt.spans.datadog import DatadogSource

formatter = Formatter(span_source=DatadogSource())
{LINES}
assert "trace_id" not in line()
with tracer.trace("outer") as outer:
    assert outer.trace_id > 1 << 64
    found = line()
    assert (found["trace_id"], found["span_id"]) == (
        f"{{outer.trace_id:032x}}", f"{{outer.span_id:016x}}"
    )
    outer.context.sampling_priority = 2
    with tracer.trace("inner") as inner:
        expect(outer.trace_id, inner.span_id, "01")
    outer.context.sampling_priority = -1
    expect(outer.trace_id, outer.span_id, "00")
assert "trace_id" not in line()
print("ok", flush=True)
os._exit(0)  # there is no agent to send the spans to
"""

    assert run_script(script) == b"ok\n"


@REAL
def test_ddtrace_as_opentelemetry_runtime(run_script):
    """Where ddtrace replaces OpenTelemetry's runtime, the default source sees its spans."""
    script = f"""
import ddtrace.auto
import json, logging, os
from ddtrace import tracer
from opentelemetry import context, trace
from tracefmt import Formatter

assert type(context._RUNTIME_CONTEXT).__module__.startswith("ddtrace")
formatter = Formatter()
{LINES}
assert "trace_id" not in line()
with tracer.trace("outer") as outer:
    expect(outer.trace_id, outer.span_id, "01")
    with tracer.trace("inner") as inner:
        expect(outer.trace_id, inner.span_id, "01")
    expect(outer.trace_id, outer.span_id, "01")
assert "trace_id" not in line()
print("ok", flush=True)
os._exit(0)
"""

    assert run_script(script, DD_TRACE_OTEL_ENABLED="true") == b"ok\n"


STAND_IN = """
import json, logging, sys, types

active = None
tracer = types.SimpleNamespace(current_trace_context=lambda: active)
sys.modules["ddtrace"] = types.SimpleNamespace(tracer=tracer)
from tracefmt import Formatter
from tracefmt.spans.datadog import DatadogSource

formatter = Formatter(span_source=DatadogSource())
print(formatter.format(logging.makeLogRecord({})))
for trace_id, span_id, priority in json.loads(sys.argv[1]):
    active = types.SimpleNamespace(
        trace_id=trace_id, span_id=span_id, sampling_priority=priority
    )
    print(formatter.format(logging.makeLogRecord({})))
"""


CONTEXTS = [
    ((2**128 - 1, 5, 1), ("f" * 32, f"{5:016x}", "01")),
    ((0xA3CE929D0E0E4736, 5, 2), ("0" * 16 + "a3ce929d0e0e4736", f"{5:016x}", "01")),
    ((7, 2**64 - 1, 0), (f"{7:032x}", "f" * 16, "00")),
    ((7, 5, -1), (f"{7:032x}", f"{5:016x}", "00")),
    ((7, 5, None), (f"{7:032x}", f"{5:016x}", "01")),
    ((7, None, 1), (None, None, None)),
    ((None, 5, 1), (None, None, None)),
    ((0, 0, 1), (None, None, None)),
]


def test_contexts(run_script):
    """Ids of 64 and 128 bits, priorities, and contexts that are incomplete."""
    lines = run_script(STAND_IN, json.dumps([given for given, _ in CONTEXTS])).splitlines()
    none, *found = map(json.loads, lines)

    assert "trace_id" not in none
    assert [tuple(map(line.get, ("trace_id", "span_id", "trace_flags"))) for line in found] == [
        expected for _, expected in CONTEXTS
    ]
