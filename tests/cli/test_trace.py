"""`tracefmt trace`: the lines of one trace under their spans, and which span failed."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.once

TRACE, OTHER = "0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319d"
START = 1_700_000_000_000  # milliseconds: 2023-11-14T22:13:20Z


def span(letter, parent, name, service, start, milliseconds, error=None, trace=TRACE):
    """Return a span as a line of OTLP/JSON."""
    one = {
        "traceId": trace,
        "spanId": letter * 16,
        "name": name,
        "kind": 2,
        "startTimeUnixNano": str((START + start) * 10**6),
        "endTimeUnixNano": str((START + start + milliseconds) * 10**6),
        "attributes": [{"key": "retries", "value": {"intValue": "3"}}],
    }
    if parent:
        one["parentSpanId"] = parent * 16
    if error is not None:
        one["status"] = {"code": 2, "message": error}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    tree = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [one]}]}]}
    return json.dumps(tree)


def line(letter, service, milliseconds, level, message, trace=TRACE, **fields):
    """Return a line in the layout flat."""
    known = {"level": level, "logger": f"{service}.app", "message": message, "service": service}
    known |= {"trace_id": trace, "span_id": letter * 16}
    return json.dumps({"timestamp": START + milliseconds, **known, **fields})


SPANS = [
    span("a", "", "POST /orders", "gateway", 0, 100, "502"),
    span("b", "a", "POST /pay", "payments", 10, 80, "refused"),
    span("c", "b", "charge <card>", "payments", 20, 60, "no answer"),
    span("d", "a", "reserve", "stock", 2, 6),
    span("a", "", "another", "gateway", 0, 1, trace=OTHER),
]
LINES = {
    "gateway.log": [
        line("a", "gateway", 1, "info", "order in"),
        line("a", "gateway", 95, "error", "order lost"),
        line("a", "gateway", 1, "info", "not ours", trace=OTHER),
        "INFO: started",
    ],
    "payments.log": [
        line("c", "payments", 75, "error", "charge failed", **{"exception.type": "Timeout"}),
        line("e", "payments", 97, "info", "from nowhere"),
        json.dumps(
            {
                "@timestamp": START + 30,
                "log.level": "WARN",
                "message": "slow",
                "trace": {"id": TRACE.upper()},
                "span": {"id": "c" * 16},
                "service": {"name": "payments"},
            }
        ),
    ],
}


@pytest.fixture
def folder(tmp_path):
    """Log files of two services, and the spans of three."""
    for name, lines in LINES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    (tmp_path / "spans.jsonl").write_text("\n".join(SPANS) + "\n")
    return tmp_path


@pytest.fixture
def trace(tracefmt_command, folder):
    """Run the command on these files."""

    def run(*arguments, spans=True, trace_id=TRACE):
        given = ["--spans", "spans.jsonl"] if spans else []
        return tracefmt_command("trace", trace_id, *LINES, *given, *arguments, cwd=folder)

    return run


def test_waterfall_in_a_pipe(trace):
    """Lines of all services hang under their spans, in time order; what failed is named."""
    done = trace()

    assert done.returncode == 0
    assert re.sub(r"[█ ]{24,}", " ", done.stdout).splitlines() == [
        f"trace {TRACE}",
        "5 lines, 4 spans, 3 services, 100 ms, from 2023-11-14T22:13:20.000Z",
        "",
        "   0.0 ms 100 ms   gateway POST /orders error: 502",
        "   1.0 ms · INFO    gateway.app: order in",
        "  95.0 ms · ERROR   gateway.app: order lost",
        "   2.0 ms 6.0 ms     stock reserve",
        "  10.0 ms 80.0 ms     payments POST /pay error: refused",
        "  20.0 ms 60.0 ms ▶     payments charge <card> error: no answer",
        "  30.0 ms · WARNING slow",
        "  75.0 ms · ERROR   payments.app: charge failed [Timeout]",
        "Lines whose span is not there:",
        "  97.0 ms · INFO    payments.app: from nowhere",
        "",
        "It failed in “charge <card>” of payments: no answer",
    ]


def test_the_first_digits_will_do(trace):
    """A prefix of the id is enough, unless several traces begin so."""
    assert trace(trace_id=TRACE[:-1] + TRACE[-1].upper()).returncode == 0
    done = trace(trace_id=TRACE[:8])

    assert done.returncode == 2
    assert f"2 traces begin with {TRACE[:8]}:\n  {TRACE}\n  {OTHER}\n" in done.stderr


def test_other_forms_of_the_id(trace, folder):
    """Lines with the id in X-Ray's, Google's and Datadog's form belong to the trace."""
    lines = [
        f'{{"xray_trace_id":"1-{TRACE[:8]}-{TRACE[8:]}","message":"x-ray"}}',
        f'{{"logging.googleapis.com/trace":"projects/p/traces/{TRACE}","message":"google"}}',
        f'{{"dd.trace_id":"{int(TRACE[16:], 16)}","message":"datadog"}}',
    ]
    (folder / "gateway.log").write_text("\n".join(lines))
    shown = trace(spans=False).stdout

    assert all(word in shown for word in ("x-ray", "google", "datadog"))


def test_without_spans(trace):
    """Without spans those that the lines name are guessed, and the first error is named."""
    shown = trace(spans=False).stdout

    assert "(gateway.app)" in shown
    assert shown.splitlines()[-1] == "The first error is in payments: charge failed"


def test_nothing_failed(trace, folder):
    """Where nothing failed, the span that took most time of its own is named."""
    spans = [
        span("a", "", "outer", "gateway", 0, 100),
        span("b", "a", "slow", "stock", 10, 80),
    ]
    (folder / "spans.jsonl").write_text("\n".join(spans))
    for name in LINES:
        (folder / name).write_text(line("a", "gateway", 1, "info", "in"))

    last = trace().stdout.splitlines()[-1]
    assert last == "Nothing failed; most time was spent in “slow” of stock: 80.0 ms of its own."


def test_spans_in_a_circle(trace, folder):
    """Spans that are each other's parents, or their own, are all shown."""
    spans = [
        span("a", "b", "egg", "x", 0, 1),
        span("b", "a", "hen", "x", 0, 1),
        span("c", "c", "self", "x", 0, 1),
    ]
    (folder / "spans.jsonl").write_text("\n".join(spans))
    shown = trace().stdout

    assert [shown.count(f"x {name}") for name in ("egg", "hen", "self")] == [1, 1, 1]


def test_json(trace):
    """``--json`` has the tree, its lines and what failed."""
    whole = json.loads(trace("--json").stdout)
    (root,) = whole["spans"]

    assert whole["trace_id"] == TRACE
    assert whole["services"] == ["gateway", "stock", "payments"]
    assert whole["failing"] == {
        "service": "payments",
        "span_id": "c" * 16,
        "span": "charge <card>",
        "reason": "status",
        "message": "charge failed",
    }
    assert [child["name"] for child in root["children"]] == ["reserve", "POST /pay"]
    assert root["own_milliseconds"] == 14
    assert [entry["message"] for entry in root["lines"]] == ["order in", "order lost"]
    assert [entry["message"] for entry in whole["lines_without_span"]] == ["from nowhere"]


def test_page(trace, folder):
    """The page is a waterfall with every span and line, and asks nothing of the network."""
    trace("--html", folder / "trace.html")
    page = (folder / "trace.html").read_text()

    assert page.count("<details") == page.count("</details>") == 4
    assert page.count(" open>") == 1
    assert "charge &lt;card&gt;" in page
    assert "<card>" not in page
    assert not re.search(r"https?://|src=|@import|url\(", page)
    for word in ("order lost", "slow", "from nowhere", "Timeout"):
        assert word in page


def test_a_trace_that_is_not_there(trace):
    """An id that no line has is said, with exit status 1; text that is no id, with 2."""
    done = trace(trace_id="ffff")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no line and no span of trace ffff\n"
    assert trace(trace_id="xyz").returncode == 2
    assert trace("nosuch.log").returncode == 2


def test_find(tracefmt_command, folder):
    """`find` lists the traces that have such lines, with whole ids."""

    def find(*criteria):
        done = tracefmt_command("find", *criteria, *LINES, "--json", cwd=folder)
        return done.returncode, [json.loads(text) for text in done.stdout.splitlines()]

    status, (found,) = find("level=error")
    assert status == 0
    assert (found["trace_id"], found["lines"]) == (TRACE, 2)
    assert found["services"] == ["gateway", "payments"]
    assert len(find("service=gateway")[1]) == 2
    assert len(find("service=gateway", "message=not")[1]) == 1
    assert find("service=gateway", "-n", "1")[1][0]["trace_id"] in (TRACE, OTHER)
    assert find("logger=payments", "level=error")[1][0]["message"] == "charge failed"
    assert find("service=nosuch") == (1, [])
    assert find("level=info", "--since", "15m") == (1, [])
    assert len(find("--since", "2023-11-14T22:13:20.09Z")[1]) == 1
    assert len(find("--until", "2023-11-14T22:13:20.001Z")[1]) == 2
    assert find("--since", "soon")[0] == 2


def test_find_by_attribute(tracefmt_command, folder):
    """Any attribute is a criterion, nested ones by their path."""
    lines = [line("a", "x", 1, "info", "m", order_id=7, http={"status": 502}, ok=True)]
    (folder / "x.log").write_text("\n".join(lines))

    for criterion, status in [
        ("order_id=7", 0),
        ("order_id=8", 1),
        ("http.status=502", 0),
        ("http.status.code=502", 1),
        ("ok=true", 0),
    ]:
        assert tracefmt_command("find", criterion, "x.log", cwd=folder).returncode == status


def test_find_table(tracefmt_command, folder):
    """The table has a line for each trace, the newest last."""
    done = tracefmt_command("find", "service=gateway", *LINES, cwd=folder)

    assert [text.split()[:4] for text in done.stdout.splitlines()] == [
        ["time", "trace", "id", "lines"],
        ["2023-11-14T22:13:20Z", OTHER, "1", "gateway"],
        ["2023-11-14T22:13:20Z", TRACE, "2", "gateway"],
    ]
