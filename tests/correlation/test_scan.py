"""`tracefmt.correlation.scan`: what is counted, by what, and what looks stale."""

import gzip
import json
from datetime import timedelta

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import tracefmt
from tracefmt.correlation import StaleTrace, scan
from tracefmt.schemas import _registry

ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def write(tmp_path):
    """Write lines to a file and return its name."""

    def write(*lines, name="app.log"):
        path = tmp_path / name
        data = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)

    return write


def line(second=0, **fields):
    """Return a line in the layout flat."""
    return json.dumps({"timestamp": f"2023-11-14T22:{second // 60:02}:{second % 60:02}Z", **fields})


def test_kinds(write):
    """Each kind of what is no id is counted as what it is."""
    ids = [ID, "", None, "0" * 32, "0", "junk"]
    report = scan(write(*(line(trace_id=value) for value in ids), line()))

    assert report.total.counts == dict.fromkeys(
        ("valid", "absent", "empty", "null", "zeros", "0", "malformed"), 1
    )
    assert (report.total.lines, report.total.missing) == (7, 6)
    assert report.missing_share == pytest.approx(6 / 7)


def test_groups(write):
    """Lines are counted by service, logger, level and minute; levels have one name each."""
    report = scan(
        write(
            line(59, service="a", logger="x", level="WARN", trace_id=ID),
            line(61, service="a", logger="y", level="warning"),
            line(62, service="b", logger="y", level="info", trace_id="0"),
            "{}",
        )
    )

    counts = {
        name: {key: (group.lines, group.missing) for key, group in groups.items()}
        for name, groups in vars(report).items()
        if name in ("services", "loggers", "levels", "minutes")
    }
    assert counts == {
        "services": {"a": (2, 1), "b": (1, 1), None: (1, 1)},
        "loggers": {"x": (1, 0), "y": (2, 2), None: (1, 1)},
        "levels": {"warning": (2, 1), "info": (1, 1), None: (1, 1)},
        "minutes": {1699999200: (1, 0), 1699999260: (2, 2), None: (1, 1)},
    }
    assert report.span == (1_699_999_259_000_000, 1_699_999_262_000_000)


def test_several_layouts(write):
    """Lines of several layouts in one file are counted together; OTLP lines by their records."""
    record = f'{{"traceId":"{ID}","severityNumber":17}},{{"severityText":"ERROR","traceId":""}}'
    report = scan(
        write(
            f'{{"log.level":"error","trace":{{"id":"{ID}"}},"service":{{"name":"a"}}}}',
            '{"levelname":"ERROR","dd.trace_id":"9532127138774266268","dd.service":"a"}',
            '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":'
            f'{{"stringValue":"a"}}}}]}},"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}',
        )
    )

    assert report.total.counts == {"valid": 3, "empty": 1}
    assert list(report.services) == ["a"]
    assert list(report.levels) == ["error"]


def test_one_schema(write):
    """A schema that is named reads its own fields alone."""
    path = write(f'{{"trace.id":"{ID}"}}', f'{{"trace_id":"{ID}"}}')

    assert scan(path).total.counts == {"valid": 2}
    assert scan(path, schema="ecs").total.counts == {"valid": 1, "absent": 1}


def test_own_schema(write):
    """A user's schema is read by its own table."""
    from tracefmt.schemas import Form, Input

    mine = tracefmt.Schema("mine", [tracefmt.Field("t", Input.TRACE_ID, Form.HEX)])

    assert scan(write(f'{{"t":"{ID}","trace_id":"0"}}'), schema=mine).total.counts == {"valid": 1}


def test_broken_lines(write):
    """Broken lines are counted and named by file and number, and the rest is read."""
    first = write("INFO: started", line(), '{"a":NaN}', name="a.log")
    second = write("", "{", line(trace_id=ID), name="b.log")
    report = scan([first, second])

    assert report.broken == 3
    assert [(b.file, b.line, b.reason) for b in report.examples] == [
        (first, 1, "not a JSON object"),
        (first, 3, "not a JSON object"),
        (second, 2, "not a JSON object"),
    ]
    assert report.total.counts == {"absent": 1, "valid": 1}


def test_unreadable_files(write, tmp_path):
    """A file that is not there, or breaks off, is named, and the others are read."""
    good = write(line(trace_id=ID), name="good.log")
    cut = write(line(), line(), name="cut.log.gz")
    data = (tmp_path / "cut.log.gz").read_bytes()
    (tmp_path / "cut.log.gz").write_bytes(data[:-12])
    report = scan([good, cut, "nosuch.log"])

    assert [problem.split(":")[0] for problem in report.unreadable] == [cut, "nosuch.log"]
    assert report.total.counts["valid"] == 1


def test_compressed_and_rotated(write):
    """A rotated set, compressed in part, is one audit."""
    names = ["app.log", "app.log.1", "app.log.2.gz"]
    paths = [write(line(trace_id=ID), name=name) for name in names]
    report = scan(paths)

    assert report.files == tuple(reversed(paths))
    assert report.total.counts == {"valid": 3}


def test_traces_that_last_too_long(write):
    """A trace whose lines are further apart than allowed looks stale."""
    other = "1" + ID[1:]
    path = write(line(0, trace_id=ID), line(0, trace_id=other), line(9, trace_id=ID))

    assert scan(path, max_span=timedelta(seconds=9)).stale == ()
    assert scan(path, max_span=timedelta(seconds=8)).stale == (
        StaleTrace(ID, 1_699_999_200_000_000, 1_699_999_209_000_000, 2, 0),
    )
    assert scan(path, max_span=None).stale == ()


def test_traces_in_too_many_processes(write):
    """A trace in more processes of one service than allowed looks stale."""
    lines = [line(service=s, trace_id=ID, **{"process.pid": p}) for s, p in ["a1", "a2", "b3"]]

    assert scan(write(*lines), max_processes=2).stale == ()
    assert [t.processes for t in scan(write(*lines), max_processes=1).stale] == [3]


def formatted(schema, source, record):
    """Return a line in a schema of tracefmt's own."""
    formatter = tracefmt.Formatter(schema, service="s", project="p", span_source=source)
    return formatter.format(record)


def test_what_tracefmt_writes(write):
    """Lines of each of tracefmt's schemas are counted, with and without a span."""
    import logging

    record = logging.LogRecord("app", 20, "f.py", 1, "hi", (), None)
    with_span = tracefmt.SpanContext(int(ID, 16), 1, 1)
    for schema in _registry.NAMES:
        written = [
            formatted(schema, lambda: with_span, record),
            formatted(schema, lambda: None, record),
        ]
        report = scan(write(*written))

        assert report.total.counts == {"valid": 1, "absent": 1}, schema
        assert scan(write(*written), schema=schema) == report
        assert (list(report.services), list(report.loggers)) == (["s"], ["app"])
        assert list(report.levels) == ["info"]
        assert report.span is not None


@pytest.mark.parametrize("schema", _registry.NAMES)
def test_lines_that_say_that_their_span_was_stale(write, schema):
    """They are counted by why, with ids or without; what is none of the words is not."""
    import logging

    record = logging.LogRecord("app", 20, "f.py", 1, "hi", (), None)
    marked = []
    for stale in ("mark", "drop", "keep"):
        span = TracerProvider().get_tracer("tests").start_span("s")
        with trace.use_span(span):
            span.end()
            formatter = tracefmt.Formatter(schema, service="s", project="p", stale=stale)
            marked.append(formatter.format(record))
    others = [marked[0].replace('"ended"', f'"{why}"') for why in ("worker", "worker", "fork", "x")]
    report = scan(write(*marked, *others, '{"trace_stale":["fork"]}', line(trace_id=ID)))

    assert report.stale_lines == {"fork": 1, "ended": 2, "worker": 2}
    assert (report.total.counts, report.broken) == ({"valid": 7, "absent": 2}, 0)
    assert scan(write(*marked), schema=schema).stale_lines == {"ended": 2}


@pytest.mark.parametrize(
    "options", [{"schema": "nosuch"}, {"max_span": timedelta(-1)}, {"max_processes": -1}]
)
def test_bad_options(options):
    """A schema that is not there, or a negative limit, is refused."""
    with pytest.raises(tracefmt.ConfigurationError):
        scan([], **options)


def test_progress(write):
    """The callback is told how many bytes were read."""
    path = write(*[line()] * 1000)
    seen = []
    scan(path, progress=seen.append)

    assert sum(seen) == 1000 * (len(line()) + 1)
