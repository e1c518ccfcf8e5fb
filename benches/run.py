"""
Measure tracefmt and its peers, and write every figure to ``record/<date>-<python>.json``.

    python benches/run.py                                the whole
    python benches/run.py --quick                        a look, in about a minute
    python benches/run.py --workloads W3 W5 --contenders tracefmt_logger pino

Each contender is a file in ``peers/`` and runs in a process of its own.  What it writes is checked
and counted before it is timed; then all take turns.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import imports
import machine
import rounds
import sinks
from contender import CALL, FORMAT, HERE
from driver import AbsentError, RefusedError, check, running
from rounds import Session
from workloads import WORKLOADS

CONTENDERS = sorted(path.stem for path in (HERE / "peers").glob("*.py"))
NO_FORMAT = ("W7",)  # what is disabled is not formatted
WARM = 20_000  # lines before memory is looked at


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS), metavar="W")
    add("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS, metavar="NAME")
    add("--stages", nargs="+", choices=(FORMAT, CALL), default=[FORMAT, CALL])
    add("--sinks", nargs="+", choices=sinks.KINDS, default=list(sinks.KINDS))
    add("--threads", nargs="+", type=int, choices=(1, 2), default=[1, 2])
    add("--rounds", type=int, default=25, help="turns of each contender (default: 25)")
    add("--round-ms", type=float, default=40, help="about how long a turn takes (default: 40)")
    add("--rss-lines", type=int, default=200_000, help="lines for the look at memory, 0 for none")
    add(
        "--soak",
        type=int,
        default=0,
        help="lines from two threads of each contender of ours into a pipe, counted there",
    )
    add("--import-rounds", type=int, default=10, help="fresh processes for each import")
    add("--quick", action="store_true", help="W1, W3 and W5, few and short turns, /dev/null only")
    add("--output", type=Path, help="the file to write, if not record/<date>-<python>.json")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        quick = {"rounds": 5, "round_ms": 10, "rss_lines": 0, "import_rounds": 3}
        vars(chosen).update(quick, sinks=[sinks.NULL], threads=[1])
        if chosen.workloads == list(WORKLOADS):
            chosen.workloads = ["W1", "W3", "W5"]
    return chosen


def sessions(chosen: argparse.Namespace) -> Iterator[Session]:
    """Yield all workloads to the null device, W3 (or the first chosen) elsewhere and by threads."""
    main = "W3" if "W3" in chosen.workloads else chosen.workloads[0]
    for stage in chosen.stages:
        for name in chosen.workloads:
            if stage == FORMAT and name not in NO_FORMAT:
                yield Session(FORMAT, name)
            for sink, count in itertools.product(chosen.sinks, chosen.threads):
                if stage == CALL and (name == main or (sink, count) == (sinks.NULL, 1)):
                    yield Session(CALL, name, sink, count)


def groups(chosen: argparse.Namespace) -> list[list[Session]]:
    """Return the sessions by what is measured together: W6 with W3, and one thread with two."""
    found: dict[tuple[str, str, str], list[Session]] = {}
    for session in sessions(chosen):
        workload = "W3" if session.workload == "W6" else session.workload
        found.setdefault((session.stage, workload, session.sink), []).append(session)
    return list(found.values())


class Run:
    """One run of the whole, and its record."""

    def __init__(self, chosen: argparse.Namespace, folder: Path) -> None:
        self.chosen = chosen
        self.folder = folder
        self.machine = machine.facts()
        self.contenders: dict[str, Any] = {}
        self.absent: dict[str, str] = {}
        self.figures: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.memory: list[dict[str, Any]] = []
        self.soaked: list[dict[str, Any]] = []

    def measure(self, group: list[Session]) -> None:
        """Check who can do it, and time those."""
        entries = [
            (name, session)
            for session in group
            for name in self.chosen.contenders
            if self._is_able(name, session)
        ]
        seconds = self.chosen.round_ms / 1000
        figures, refused = rounds.measure(entries, self.chosen.rounds, seconds, self.folder)
        for entry in refused:
            self._refuse(*entry)
        self.figures += figures
        for session in group:
            ranked = sorted(
                (one["least_ns"] / 1000, one["contender"])
                for one in figures
                if {key: one[key] for key in Session._fields} == session._asdict()
            )
            costs = ", ".join(f"{name} {cost:.2f}" for cost, name in ranked)
            show(f"{' '.join(map(str, session))}: {costs} us")

    def _is_able(self, name: str, session: Session) -> bool:
        known = self.contenders.get(name)
        if name in self.absent or (known and session.stage not in known["traits"]["stages"]):
            return False
        if known and session.threads > 1 and not known["traits"]["threads"]:
            return False
        try:
            threads = session.threads if known else 1
            self.contenders[name] = check(
                name, session.stage, session.workload, threads, self.folder
            )
        except AbsentError as error:
            self.absent[name] = str(error)
        except RefusedError as error:
            if not str(error).startswith("has no stage"):
                self._refuse(name, session, str(error))
        else:
            return True
        return False

    def _refuse(self, name: str, session: Session, why: str) -> None:
        self.refused.append({"contender": name, **session._asdict(), "why": why})
        show(f"({name}, {' '.join(map(str, session))}: {why[:120]})")

    def look_at_memory(self, lines: int) -> None:
        """Write many lines of W3 and see whether the process grows."""
        for name in self.contenders:
            if any(one["contender"] == name and one["workload"] == "W3" for one in self.figures):
                self._look_at_memory_of(name, lines)

    def _look_at_memory_of(self, name: str, lines: int) -> None:
        try:
            with running(name, CALL, "W3", "/dev/null") as process:
                process.ask(f"run {WARM} 1")
                before = process.rss()
                process.ask(f"run {lines} 1")
                after = process.rss()
        except RefusedError:
            return  # it only formats
        self.memory.append(
            {"contender": name, "lines": lines, "before_bytes": before, "after_bytes": after}
        )
        show(f"memory {name}: {before >> 10} KiB, {(after - before) >> 10:+} KiB")

    def soak(self, lines: int) -> None:
        """Let two threads write many lines of W3 into a pipe, and count them there."""
        for name in self.contenders:
            if name.startswith("tracefmt_") and not name.endswith("_python"):
                sink = sinks.make(sinks.PIPE, self.folder)
                with running(name, CALL, "W3", sink.path) as process:
                    wall = process.ask(f"run {lines} 2")["wall_ns"]
                counted = sink.close()
                found = {"contender": name, "threads": 2, "lines": lines, "counted": counted}
                self.soaked.append({**found, "wall_s": round(wall / 1e9, 1)})
                show(f"soak {name}: {counted} of {lines} lines in {wall / 1e9:.0f} s")

    def record(self, started: datetime.datetime, costs: list[dict[str, Any]]) -> dict[str, Any]:
        """Return everything that is to be kept."""
        return {
            "made": started.isoformat(timespec="seconds"),
            "options": {key: value for key, value in vars(self.chosen).items() if key != "output"},
            "machine": self.machine,
            "contenders": self.contenders,
            "absent": self.absent,
            "refused": self.refused,
            "imports": costs,
            "memory": self.memory,
            "soak": self.soaked,
            "figures": self.figures,
        }


def show(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def written(record: dict[str, Any]) -> str:
    """Return the record as JSON with one entry a line, so that two records can be compared."""
    parts = []
    for key, value in record.items():
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(f"    {json.dumps(entry)}" for entry in value) + "\n  ]"
        elif isinstance(value, dict) and value:
            entries = [f"    {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items()]
            text = "{\n" + ",\n".join(entries) + "\n  }"
        else:
            text = json.dumps(value)
        parts.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    chosen = options()
    started = datetime.datetime.now(datetime.timezone.utc)
    with tempfile.TemporaryDirectory(prefix="tracefmt-benches-") as folder:
        run = Run(chosen, Path(folder))
        for group in groups(chosen):
            run.measure(group)
        if chosen.rss_lines:
            run.look_at_memory(chosen.rss_lines)
        if chosen.soak:
            run.soak(chosen.soak)
        record = run.record(started, imports.measure(chosen.import_rounds))
    name = f"{started:%Y-%m-%d}-{platform.python_version()}.json"
    path = chosen.output or HERE / "record" / name
    path.write_text(written(record))
    for name, why in run.absent.items():
        show(f"absent: {name} ({why})")
    print(path)


if __name__ == "__main__":
    main()
