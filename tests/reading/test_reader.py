"""Lines of every schema say the same, once they are read."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
import zstandard

import tracefmt
from tracefmt.reading import LogException, NotALine, Reader, judge, level, time
from tracefmt.reading.files import UnreadableFile, in_order, lines
from tracefmt.schemas import _registry

pytestmark = pytest.mark.once

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CASES = json.loads(Path(__file__).with_name("cases.json").read_text())  # rust/scan reads it too
LINES = {
    "flat": b'{"timestamp":"2023-11-14T22:13:20.123000Z","level":"warning","logger":"app.orders",'
    b'"message":"stock low","service":"checkout","trace_id":"%b","span_id":"%b","left":3}',
    "ecs": b'{"@timestamp":"2023-11-14T22:13:20.123Z","log.level":"WARNING","message":"stock low",'
    b'"ecs.version":"8.11.0","log.logger":"app.orders","trace.id":"%b","span.id":"%b",'
    b'"service.name":"checkout","left":3}',
    "ecs-nested": b'{"@timestamp":"2023-11-14T22:13:20.123Z","log":{"level":"warn","logger":'
    b'"app.orders"},"message":"stock low","trace":{"id":"%b"},"span":{"id":"%b"},'
    b'"service":{"name":"checkout"},"left":3}',
    "gcp": b'{"severity":"WARNING","message":"stock low","time":"2023-11-14T22:13:20.123Z",'
    b'"logging.googleapis.com/trace":"projects/p/traces/%b","logging.googleapis.com/spanId":"%b",'
    b'"logging.googleapis.com/labels":{"python_logger":"app.orders"},'
    b'"serviceContext":{"service":"checkout"},"left":3}',
    "datadog": b'{"timestamp":"2023-11-14T22:13:20.123Z","status":"WARNING","logger.name":'
    b'"app.orders","message":"stock low","dd.trace_id":"%b","dd.span_id":"13235353014750950193",'
    b'"dd.service":"checkout","left":3}',
    "logstash": b'{"@timestamp":"2023-11-14T22:13:20.123Z","@version":"1","message":"stock low",'
    b'"logger_name":"app.orders","level":"WARNING","level_value":30,"trace_id":"%b","span_id":"%b",'
    b'"service":"checkout","left":3}',
    "newrelic": b'{"timestamp":1700000000123,"message":"stock low","log.level":"WARNING",'
    b'"logger.name":"app.orders","trace.id":"%b","span.id":"%b","service.name":"checkout","left":3}',
    "honeycomb": b'{"timestamp":"2023-11-14T22:13:20.123Z","body":"stock low","severity_text":'
    b'"WARNING","trace.trace_id":"%b","trace.parent_id":"%b","service.name":"checkout",'
    b'"logger":"app.orders","left":3}',
    "azure": b'{"time":"2023-11-14T22:13:20.123Z","Message":"stock low","SeverityLevel":2,'
    b'"OperationId":"%b","ParentId":"%b","AppRoleName":"checkout",'
    b'"Properties":{"logger_name":"app.orders"},"left":3}',
    "python-json-logger": b'{"asctime":"2023-11-14 22:13:20,123","levelname":"WARNING","name":'
    b'"app.orders","message":"stock low","otelTraceID":"%b","otelSpanID":"%b",'
    b'"service":"checkout","left":3}',
    "structlog": b'{"event":"stock low","level":"warning","logger":"app.orders","timestamp":'
    b'"2023-11-14T22:13:20.123000Z","trace_id":"%b","span_id":"%b","service":"checkout","left":3}',
    "pino": b'{"level":40,"time":1700000000123,"name":"app.orders","msg":"stock low",'
    b'"trace_id":"%b","span_id":"%b","service":"checkout","left":3}',
    "zap": b'{"level":"warn","ts":1700000000.123,"logger":"app.orders","msg":"stock low",'
    b'"trace_id":"%b","span_id":"%b","service":"checkout","left":3}',
    "otlp": b'{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":'
    b'{"stringValue":"checkout"}}]},"scopeLogs":[{"scope":{"name":"app.orders"},"logRecords":[{'
    b'"timeUnixNano":"1700000000123000000","severityNumber":13,"body":{"stringValue":"stock low"},'
    b'"attributes":[{"key":"left","value":{"intValue":"3"}}],"traceId":"%b","spanId":"%b"}]}]}]}',
}


@pytest.mark.parametrize("layout", LINES)
def test_one_event_in_every_layout(layout):
    """The same event, written in each layout, is read as the same line, with all but no doubles."""
    text = LINES[layout]
    ids = (TRACE.encode(), SPAN.encode())[: text.count(b"%b")]
    (line,) = Reader().read(text % ids)

    assert line.time == 1_700_000_000_123_000
    assert (line.level, line.logger, line.message) == ("warning", "app.orders", "stock low")
    assert (line.service, line.span_id) == ("checkout", SPAN)
    assert line.trace_id == ("valid", TRACE)
    assert dict(line.attributes) == {"left": 3}


@pytest.mark.parametrize("schema", _registry.NAMES)
def test_own_schemas_are_read_back(schema):
    """What tracefmt writes in each of its schemas, it reads."""
    import logging

    class Source:
        def get(self):
            return tracefmt.SpanContext(int(TRACE, 16), int(SPAN, 16), 3)

    try:
        1 / 0
    except ZeroDivisionError:
        record = logging.LogRecord("app.orders", 40, "f.py", 3, "paid %d", (7,), sys.exc_info())
    record.created = 1_700_000_000.5
    source = Source().get
    formatter = tracefmt.Formatter(schema, service="checkout", project="p", span_source=source)
    (line,) = Reader().read(formatter.format_bytes(record))

    assert line == Reader(schema).read(formatter.format_bytes(record))[0]
    assert line.time == 1_700_000_000_500_000
    assert (line.level, line.logger, line.service) == ("error", "app.orders", "checkout")
    assert line.message.startswith("paid 7")
    assert line.trace_id.value == TRACE


def test_own_schema_object():
    """A user's schema is read by its own table."""
    from tracefmt.schemas import Form, Input

    fields = [
        tracefmt.Field("when", Input.TIMESTAMP, Form.RFC3339),
        tracefmt.Field("t", Input.TRACE_ID, Form.HEX),
    ]
    (line,) = Reader(tracefmt.Schema("mine", fields)).read(
        b'{"when":"2023-11-14T22:13:20Z","t":"%b","trace_id":"x"}' % TRACE.encode()
    )

    assert (line.time, line.trace_id.value) == (1_700_000_000_000_000, TRACE)
    assert line.attributes == {"trace_id": "x"}


@pytest.mark.parametrize(("value", "decimal", "kind"), CASES["ids"])
def test_ids(value, decimal, kind):
    """What stands for a trace id is one, or is named for what it is."""
    assert judge(value, decimal=decimal).kind == kind


def test_a_valid_id_beats_one_that_is_none():
    """Where a line has two fields for the id, that which holds one counts."""
    (line,) = Reader().read(b'{"trace_id":"0","trace.id":"%b"}' % TRACE.encode())

    assert line.trace_id.value == TRACE


def test_a_decimal_id_is_found_by_the_whole_id():
    """Datadog's decimal form of an id's low half belongs to the trace of the whole id."""
    (line,) = Reader().read(b'{"dd.trace_id":"9532127138774266268"}')

    assert line.trace_id.matches(TRACE)
    assert not line.trace_id.matches("1" + TRACE[1:-1] + "d")


@pytest.mark.parametrize(("value", "microseconds"), CASES["times"])
def test_times(value, microseconds):
    """Every form of a time is read, and what is none is not."""
    assert time.parse(value) == microseconds


@pytest.mark.parametrize(
    ("value", "key", "name"),
    [
        ("WARN", "level", "warning"),
        ("FATAL", "level", "critical"),
        (30, "level", "info"),
        ("30", "level", "info"),
        (30, "levelno", "warning"),
        (17, "severityNumber", "error"),
        (4, "SeverityLevel", "critical"),
        ("NOTICE", "severity", "notice"),
        (99, "level", "99"),
        (None, "level", None),
    ],
)
def test_levels(value, key, name):
    """Levels have logging's names, and a number's field says its scale."""
    assert level.read(value, key) == name


@pytest.mark.parametrize(
    "line",
    [b"", b"INFO: started", b"[1]", b'{"a":NaN}', b'{"a":1', b'{"a":"\xff"}', b"[" * 100_000],
    ids=range(7),
)
def test_what_is_no_line(line):
    """Text that is no JSON object in UTF-8 is no line, whatever it is."""
    with pytest.raises(NotALine):
        Reader().read(line)


def test_exceptions():
    """An exception is read from wherever it stands, also from a list of frames."""
    (line,) = Reader().read(b'{"errorType":"ValueError","stackTrace":["a\\n","b"]}')

    assert line.exception == LogException("ValueError", None, "a\nb\n")


def test_rotated_sets_in_order():
    """Of a rotated set the oldest comes first, and sets do not mix."""
    given = ["b.log", "a.log", "a.log.1", "a.log.10.gz", "a.log.2.gz", "b.log.2026-11-23"]

    assert in_order(given) == [
        *("b.log.2026-11-23", "b.log"),
        *("a.log.10.gz", "a.log.2.gz", "a.log.1", "a.log"),
    ]


def test_compressed_files(tmp_path):
    """Compressed files are recognised by what is in them, also where two were joined."""
    text = b'{"a":1}\n{"b":2}\n'
    (tmp_path / "gz.log").write_bytes(gzip.compress(text) + gzip.compress(text))
    zst = zstandard.ZstdCompressor().compress(text)
    (tmp_path / "zst.log").write_bytes(zst + zst)
    (tmp_path / "bom.log").write_bytes(b"\xef\xbb\xbf" + text + text)

    for name in ("gz.log", "zst.log", "bom.log"):
        assert list(lines(str(tmp_path / name))) == [b'{"a":1}', b'{"b":2}'] * 2


def test_a_file_that_breaks_off(tmp_path):
    """A compressed file that was cut is named, after the lines that are whole."""
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(b'{"a":1}\n' * 10)[:-10])

    with pytest.raises(UnreadableFile, match=r"cut\.gz"):
        list(lines(str(path)))


def test_standard_input(monkeypatch):
    """``-`` is standard input."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"a\nb")))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert list(lines("-")) == [b"a", b"b"]
