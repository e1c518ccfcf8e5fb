"""`tracefmt audit --query`: the same counts as the command's, where it can be run."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone
from importlib.util import find_spec

import pytest

from tracefmt.cli.audit.query import BACKENDS, write

duckdb = pytest.importorskip("duckdb")
pytestmark = pytest.mark.once

ID = "0af7651916cd43dd8448eb211c80319c"
IDS = [
    *(f'"{ID}"', f'"{ID.upper()}"', '""', "null", '"0"', "0", f'"{"0" * 32}"', '"00"', '"junk"'),
    *("true", "[1]", f'"{ID}0"', "7", '"a\\nb"', f'"{ID[:31]}\\n"'),
]
KINDS = ("absent", "empty", "null", "zeros", "0", "malformed")
SCHEMAS = {
    "flat": '{"timestamp":"2023-11-14T22:%02d:20.5Z","level":"%s","logger":"a.%d","message":"m",'
    '"service":"s%d"%s}',
    "ecs": '{"@timestamp":"2023-11-14T22:%02d:20.5Z","log.level":"%s","log.logger":"a.%d",'
    '"service.name":"s%d"%s}',
}


@pytest.fixture(params=SCHEMAS)
def schema(request):
    """A schema in which all lines are."""
    return request.param


@pytest.fixture
def log(tmp_path, schema):
    """Lines with every kind of id, in several groups, and some that are broken."""
    key = "trace_id" if schema == "flat" else "trace.id"
    lines = []
    for number, value in enumerate([None, *IDS, *IDS[:3], None]):
        level = ("info", "WARN", "warning", "Error")[number % 4]
        ids = "" if value is None else f',"{key}":{value}'
        lines.append(SCHEMAS[schema] % (number % 3, level, number % 5, number % 2, ids))
    lines[5:5] = ["INFO: started", "", '{"broken', "[1]", '"text"']
    lines.append('{"message":"nothing else"}')
    path = tmp_path / "app.log"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def expected(tracefmt_command, log, schema):
    """What the command counts: lines, missing and kinds by group and name."""
    report = json.loads(tracefmt_command("audit", log, "--json", "--schema", schema).stdout)
    found = {("all", None): report}
    for group in ("service", "logger", "level", "minute"):
        found |= {(group, entry[group]): entry for entry in report[f"{group}s"]}
    return {key: _counts(entry) for key, entry in found.items()}


def _counts(entry):
    return (entry["lines"], entry["missing"], [entry["kinds"][kind] for kind in KINDS])


def _name(group, name):
    """Return a group's name as the command gives it."""
    if group != "minute" or name is None:
        return name
    moment = datetime.fromisoformat(name[:19]).replace(tzinfo=timezone.utc)
    return moment.isoformat().replace("+00:00", "Z")


def query(log, backend, schema, alert=False, share=0.01):
    return write(backend, schema=schema, source=str(log), share=share, alert=alert)


def clickhouse(text):
    """Run a query in a process of its own, and return its rows."""
    if find_spec("chdb") is None:
        pytest.skip("chdb is for Linux alone")
    script = "import chdb, sys; sys.stdout.write(str(chdb.query(sys.stdin.read(), 'JSONCompact')))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        input=text.strip().rstrip(";"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["data"]


def test_duckdb_counts_the_same(log, schema, expected):
    """DuckDB's query, run on the file, gives the command's counts, group by group."""
    rows = duckdb.sql(query(log, "duckdb", schema)).fetchall()

    found = {
        (group, _name(group, name)): (lines, missing, list(kinds))
        for group, name, lines, missing, _, *kinds in rows
    }
    assert found == expected


def test_clickhouse_counts_the_same(log, schema, expected):
    """So does ClickHouse's."""
    rows = clickhouse(query(log, "clickhouse", schema))

    found = {
        (group, _name(group, name)): (int(lines), int(missing), [int(kind) for kind in kinds])
        for group, name, lines, missing, _, *kinds in rows
    }
    assert found == expected


def test_alerts_that_run(log, schema, expected):
    """The alert of both gives a row where too many lines have no id, and else none."""
    lines, missing, _ = expected[("all", None)]

    for share, rows in [(missing / lines - 0.01, [(lines, missing)]), (missing / lines + 0.01, [])]:
        assert duckdb.sql(query(log, "duckdb", schema, True, share)).fetchall() == rows
    (row,) = clickhouse(query(log, "clickhouse", schema, True, missing / lines - 0.01))
    assert [int(number) for number in row] == [lines, missing]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("alert", [False, True], ids=["query", "alert"])
def test_every_backend(tracefmt_command, backend, alert):
    """Every backend's query and alert name the field, the place and, if alert, the share."""
    options = ["--alert"] if alert else []
    done = tracefmt_command(
        *("audit", "--query", backend, *options, "--schema", "ecs"),
        *("--from", "my-place", "--max-missing", "2.5%"),
    )

    assert done.returncode == 0, done.stderr
    assert "trace.id" in done.stdout
    assert "my-place" in done.stdout
    assert ("0.025" in done.stdout) == alert


@pytest.mark.parametrize("backend", ["elasticsearch", "datadog"])
@pytest.mark.parametrize("alert", [False, True], ids=["query", "alert"])
def test_json_bodies(backend, alert):
    """What is a request has a body that is JSON."""
    text = write(backend, schema=None, source=None, share=0.01, alert=alert)
    requests = text.split("POST ")[1:]

    assert requests
    for request in requests:
        assert json.loads(request.partition("\n")[2])


@pytest.mark.parametrize("backend", ["loki", "cloudwatch"])
def test_yaml_rules(backend):
    """What is a file of rules is YAML."""
    yaml = pytest.importorskip("yaml")
    text = write(backend, schema=None, source=None, share=0.01, alert=True)

    assert yaml.safe_load(text)


def test_trees_cannot_be_queried(tracefmt_command):
    """OTLP lines are trees: the command says what to query instead."""
    done = tracefmt_command("audit", "--query", "duckdb", "--schema", "otlp")

    assert done.returncode == 2
    assert "--schema opentelemetry" in done.stderr
