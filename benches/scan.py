"""
What an audit of log files costs, beside jq and DuckDB counting the same.

``python benches/scan.py --size 1000`` writes a file of 1,000 MB, lets each contender count its
lines in a process of its own, in turns, checks that all counts are equal, and prints the least CPU
time and the peak of memory of each.  DuckDB runs on one thread.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path

BLOCK = 50_000_000  # bytes of different lines; a larger file repeats them
MEGABYTE = 1_000_000
HALF, SELDOM = 0.5, 0.1

SCAN = """
import sys
from tracefmt.correlation import scan
report = scan(sys.argv[1], max_span={max_span})
print(report.total.lines, report.total.missing)
"""
DUCKDB = """
import sys, duckdb
duckdb.sql("SET threads = 1")
duckdb.sql("SET enable_progress_bar = false")
print(*duckdb.sql(sys.argv[2].replace("FILE", sys.argv[1])).fetchall()[0])
"""
# The least that DuckDB can be asked for: one column, no groups.
COLUMN = """
SELECT count(*), count_if(trace_id IS NULL OR NOT regexp_full_match(trace_id, '[0-9a-f]{32}')
  OR regexp_full_match(trace_id, '0+'))
FROM read_json('FILE', format = 'newline_delimited', columns = {trace_id: 'VARCHAR'})
"""
# What tracefmt counts: by service, logger, level and minute too.
GROUPS = """
SELECT first(lines), first(missing) FROM (
  SELECT count(*) AS lines, count_if(trace_id IS NULL
    OR NOT regexp_full_match(trace_id, '[0-9a-f]{32}') OR regexp_full_match(trace_id, '0+'))
    AS missing, grouping(service, logger, level, minute) AS place
  FROM (SELECT *, date_trunc('minute', "timestamp") AS minute FROM read_json('FILE',
    format = 'newline_delimited', columns = {trace_id: 'VARCHAR', service: 'VARCHAR',
    logger: 'VARCHAR', level: 'VARCHAR', "timestamp": 'TIMESTAMP'}))
  GROUP BY GROUPING SETS ((), (service), (logger), (level), (minute))
) WHERE place = 15
"""
JQ = """
reduce inputs as $line ({lines: 0, missing: 0};
  .lines += 1
  | ($line.trace_id // "") as $id
  | if ($id | test("^[0-9a-f]{32}$")) and ($id | test("^0+$") | not) then . else .missing += 1 end)
| "\\(.lines) \\(.missing)"
"""


def contenders() -> dict[str, list[str]]:
    """Return the commands of those that are there; each takes the file as its last but one word."""
    python = [sys.executable, "-c"]
    hour = "__import__('datetime').timedelta(hours=1)"
    found = {
        "tracefmt, all of it": [*python, SCAN.format(max_span=hour), "FILE"],
        "tracefmt, no stale traces": [*python, SCAN.format(max_span=None), "FILE"],
    }
    if find_spec("duckdb"):
        found["DuckDB, the same groups"] = [*python, DUCKDB, "FILE", GROUPS]
        found["DuckDB, two numbers"] = [*python, DUCKDB, "FILE", COLUMN]
    jq = shutil.which("jq")
    if jq:
        found["jq, two numbers"] = [jq, "-n", "-r", JQ, "FILE"]
    return found


def lines() -> Iterator[str]:
    """Go through lines of four services, a few of which have no id."""
    chance = random.Random(1)
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(20_000)]
    time = datetime(2023, 11, 14, 22, tzinfo=timezone.utc)
    for number in range(10**9):
        time += timedelta(microseconds=chance.randrange(2000))
        logger = chance.choice(("app.orders", "app.stock", "http.client", "pool.worker", "db"))
        fields = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": chance.choice(("info",) * 8 + ("debug", "warning", "error")),
            "logger": logger,
            "message": f"order {chance.randrange(10**6)} was placed by {chance.randrange(10**5)}",
            "service": chance.choice(("checkout", "payments", "gateway", "inventory")),
        }
        if chance.random() < (0.3 if logger == "pool.worker" else 0.98):
            fields["trace_id"] = ids[number // 40 % len(ids)]
            fields["span_id"] = f"{chance.getrandbits(64):016x}"
            fields["trace_flags"] = "03"
        elif chance.random() < HALF:
            fields["trace_id"] = chance.choice(("", "0", "0" * 32))
        fields["http.response.status_code"] = chance.choice((200, 201, 500))
        fields["amount"] = round(chance.random() * 100, 2)
        if chance.random() < SELDOM:
            fields["note"] = 'a "quoted" word'
        yield json.dumps(fields, separators=(",", ":")) + "\n"


def write(path: Path, size: int) -> None:
    block: list[str] = []
    length = 0
    for line in lines():
        block.append(line)
        length += len(line)
        if length >= min(BLOCK, size):
            break
    data = "".join(block).encode()
    with path.open("wb") as file:
        for _ in range(max(1, round(size / len(data)))):
            file.write(data)


def run(command: list[str], file: Path) -> tuple[str, float, int]:
    """Run a command; return what it printed, its CPU time and the peak of its memory in MB."""
    words = [str(file) if word == "FILE" else word for word in command]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"failed: {command}")
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000, help="megabytes of lines")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the file goes; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        file = Path(folder, "lines.jsonl")
        # in another process, since a child's peak of memory counts its parent's
        writer = multiprocessing.Process(target=write, args=(file, options.size * MEGABYTE))
        writer.start()
        writer.join()
        megabytes = file.stat().st_size / MEGABYTE
        found = contenders()
        costs: dict[str, list[tuple[float, int]]] = {name: [] for name in found}
        said = {name: run(command, file)[0] for name, command in found.items()}  # also warms caches
        if len(set(said.values())) != 1:
            raise SystemExit(f"the counts differ: {said}")
        for _ in range(options.rounds):
            for name, command in found.items():
                costs[name].append(run(command, file)[1:])
    lines_read, missing = next(iter(said.values())).split()
    print(f"{megabytes:,.0f} MB, {int(lines_read):,} lines, {int(missing):,} without a trace id")
    for name, rounds in costs.items():
        seconds, memory = min(cost for cost, _ in rounds), max(peak for _, peak in rounds)
        print(f"{name:28} {seconds:7.2f} s CPU {megabytes / seconds:7.0f} MB/s {memory:6} MB peak")


if __name__ == "__main__":
    main()
