"""
Many lines under random faults: none lost, torn or doubled, and no growth.

    python tests/soak/soak.py --lines 50000000 --seed 1

Each round makes a handler of one kind, logs from several threads, from a signal handler and from
forked children, while the reader is slow and stopped, the descriptor refuses to wait, or the disk
is full.  A process of its own reads every line and checks it.  The first rounds show how large the
process is.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import tracefmt

THREADS = ("t0", "t1", "t2")
CHILD_LINES = 50
HEAD = b'{"level":"info","message":"'

# How many rounds of each kind may pass before the process has its size, and by how much it may grow
# after these, in bytes.
WARM_UP, GROWTH = 3, 8 << 20


def read(descriptor: int, seed: int) -> dict[str, Any]:
    """Read to the end, now and then slowly; return what was there, and what was wrong."""
    chance = random.Random(seed)
    rest, counts, last, of_signals = b"", Counter(), {}, set()
    reported, wrong = 0, []
    while True:
        if chance.random() < 0.002:
            time.sleep(0.01)
        chunk = os.read(descriptor, chance.choice((100, 4096, 65536, 65536, 65536)))
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, found, number = line[len(HEAD) : -1].partition(b'","n":')
            if line.startswith(HEAD) and found and number.isdigit():
                place = int(number)
                if name == b"s":  # these may overtake each other
                    if place in of_signals:
                        wrong.append(f"{line!r} twice")
                    of_signals.add(place)
                elif place <= last.get(name, -1):
                    wrong.append(f"{line!r} after {last[name]}")
                last[name] = place
                counts[name] += 1
            else:
                reported += _lost(line, wrong)
    if rest:
        wrong.append(f"torn: {rest!r}")
    names = {name.decode(): count for name, count in counts.items()}
    return {"counts": names, "reported": reported, "wrong": wrong[:5]}


def _lost(line: bytes, wrong: list[str]) -> int:
    """Return how many lines a line says to be lost."""
    try:
        said = json.loads(line)
        assert said["level"] == "warning"
        return int(said.get("dropped", 0)) + int(said.get("failed", 0))
    except (AssertionError, KeyError, ValueError):
        wrong.append(f"no line: {line[:200]!r}")
        return 0


FAILED: list[None] = []


def count_failure(handler: logging.Handler, record: logging.LogRecord) -> None:
    """Stand in for `handleError`, which would print; a subclass with its own takes a slower way."""
    FAILED.append(None)


class Round:
    """One handler of one kind, from its first line to the last."""

    def __init__(self, kind: str, lines: int, seed: int) -> None:
        self.kind, self.lines, self.chance = kind, lines, random.Random(seed)
        self.sent: Counter[str] = Counter()
        self.in_signal = False
        self.path = None
        if kind == "full disk":
            write_end, path = tempfile.mkstemp(suffix=".jsonl")
            os.close(write_end)
            self.path = Path(path)
            write_end = os.open(path, os.O_WRONLY | os.O_APPEND)
            self.reader = None
        else:
            read_end, write_end = os.pipe()
            self.reader = subprocess.Popen(
                [sys.executable, __file__, "--read", str(seed)],
                stdin=read_end,
                stdout=subprocess.PIPE,
            )
            os.close(read_end)
        self.seed = seed
        self.stream = os.fdopen(write_end, "w")
        formatter = tracefmt.Formatter(exclude=["timestamp", "logger"], span_source=lambda: None)
        options: dict[str, Any] = {
            "buffered": {"buffer_size": 10_000},
            "background": {"background": True, "max_queued_bytes": 200_000},
            "background, dropping": {
                "background": True,
                "max_queued_bytes": 50_000,
                "when_full": "drop_oldest",
            },
        }.get(kind, {})
        FAILED.clear()
        self.handler = tracefmt.StreamHandler(self.stream, formatter=formatter, **options)
        self.logger = tracefmt.get_logger("soak")
        self.logger.setLevel(logging.INFO)
        self.logger.parent, self.logger.handlers = None, [self.handler]

    def run(self) -> dict[str, Any]:
        """Log, disturb, and compare."""
        threads = [threading.Thread(target=self.work, args=(name,)) for name in THREADS]
        for thread in threads:
            thread.start()
        signal.signal(signal.SIGALRM, self.on_signal)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        disturbed = self.disturb(threads)
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.set_blocking(self.stream.fileno(), True)
        self.handler.flush()
        metrics = self.handler.metrics()
        self.handler.close()
        self.stream.close()
        return self.compare(metrics, disturbed)

    def work(self, name: str) -> None:
        info = self.logger.info
        for number in range(self.lines // len(THREADS)):
            info(name, n=number)
        self.sent[name] = self.lines // len(THREADS)

    def on_signal(self, *_: object) -> None:
        if not self.in_signal:  # a handler that is interrupted by itself has no end
            self.in_signal = True
            self.sent["s"] += 1
            self.logger.info("s", n=self.sent["s"])
            self.in_signal = False

    def disturb(self, threads: list[threading.Thread]) -> Counter[str]:
        """Do what happens to descriptors and processes, until the threads are done."""
        faults = [self.fork]
        if self.reader is None:
            faults.append(self.fill_disk)
        else:
            faults += [self.stop_reader, self.refuse_to_wait]
        done: Counter[str] = Counter()
        while any(thread.is_alive() for thread in threads):
            fault = self.chance.choice(faults)
            fault()
            done[fault.__name__] += 1
            time.sleep(self.chance.random() * 0.03)
        return done

    def fork(self) -> None:
        """A child logs, and ends without ceremony."""
        if self.kind == "background, dropping":
            return  # a child's losses are in no metrics of ours
        # what a buffer writes is longer than PIPE_BUF: two processes on one pipe would mix lines
        lines = 0 if self.kind == "buffered" else CHILD_LINES
        name = f"c{self.sent['children']}"
        signal.setitimer(signal.ITIMER_REAL, 0)  # one less to explain
        child = os.fork()
        if child == 0:
            FAILED.clear()
            for number in range(lines):
                self.logger.info(name, n=number)
            tracefmt.exit_now(len(FAILED) if self.reader is None else 0)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == 0 or self.reader is None, status
        self.sent["children"] += 1
        self.sent[name] = lines - status

    def stop_reader(self) -> None:
        """SIGSTOP, and a pipe that fills up."""
        # by another thread: this one may wait for the pipe in its signal handler
        pausing = threading.Thread(target=self.pause_reader)
        pausing.start()
        pausing.join()

    def pause_reader(self) -> None:
        self.reader.send_signal(signal.SIGSTOP)
        time.sleep(0.02)
        self.reader.send_signal(signal.SIGCONT)

    def refuse_to_wait(self) -> None:
        """Let a neighbour set O_NONBLOCK, which is the file's and not the descriptor's."""
        os.set_blocking(self.stream.fileno(), self.chance.random() < 0.5)

    def fill_disk(self) -> None:
        """Let writes fail with ENOSPC for a moment."""
        number = self.stream.fileno()
        saved, full = os.dup(number), os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, number)
        time.sleep(0.001)
        os.dup2(saved, number)
        os.close(saved)
        os.close(full)

    def compare(self, metrics: dict[str, float], disturbed: Counter[str]) -> dict[str, Any]:
        """Return how many lines came, and what differs from what was sent."""
        if self.reader is None:
            with self.path.open("rb") as file:
                found = read(file.fileno(), self.seed)
            self.path.unlink()
        else:
            out, _ = self.reader.communicate(timeout=120)
            found = json.loads(out)
        wrong = list(found["wrong"])
        children = self.sent.pop("children", 0)
        sent, came = sum(self.sent.values()), sum(found["counts"].values())
        lost = int(metrics.get("dropped_lines", 0)) + len(FAILED)
        if came + lost != sent:
            wrong.append(f"{sent} lines sent, {came} came, {lost} were lost")
        if "dropping" in self.kind and found["reported"] != lost:
            wrong.append(f"{lost} lines were lost, {found['reported']} were reported")
        return {
            "lines": sent,
            "lost": lost,
            "faults": {**disturbed, "signals": self.sent["s"], "forks": children},
            "wrong": [f"{self.kind}: {what}" for what in wrong],
        }


KINDS = ("default", "buffered", "background", "background, dropping", "full disk")


def resident() -> int:
    """Return how much memory the process has now, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def soak(lines: int, seed: int, lines_of_round: int) -> dict[str, Any]:
    """Run rounds until so many lines were logged, and return the figures."""
    figures: dict[str, Any] = {"core": tracefmt.core, "seed": seed, "lines": 0, "lost": 0}
    faults: Counter[str] = Counter()
    wrong: list[str] = []
    sizes: list[int] = []
    begun, rounds = time.monotonic(), 0
    while (figures["lines"] < lines or rounds < len(KINDS)) and not wrong:
        kind = KINDS[rounds % len(KINDS)]
        result = Round(kind, lines_of_round, seed * 1_000_003 + rounds).run()
        figures["lines"] += result["lines"]
        figures["lost"] += result["lost"]
        faults.update(result["faults"])
        wrong += result["wrong"]
        sizes.append(resident())
        rounds += 1
        if rounds % 20 == 0:
            said = f"{figures['lines']:,} lines, {sizes[-1] >> 10:,} KiB"
            print(said, file=sys.stderr, flush=True)
    settled = sizes[WARM_UP * len(KINDS) :]
    if settled and max(settled) - settled[0] > GROWTH:
        wrong.append(f"grown from {settled[0]:,} to {max(settled):,} bytes")
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("trace")]
    if len(threads) > 1:
        wrong.append(f"threads are left: {threads}")
    return {
        **figures,
        "rounds": rounds,
        "faults": dict(faults),
        "resident_kib": [size >> 10 for size in (sizes[0], (settled or sizes)[0], max(sizes))],
        "seconds": round(time.monotonic() - begun, 1),
        "wrong": wrong,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000_000)
    parser.add_argument("--lines-of-round", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--read", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.Handler.handleError = count_failure  # type: ignore[method-assign]
    if asked.read is not None:
        print(json.dumps(read(0, asked.read)))
        return 0
    with contextlib.suppress(KeyboardInterrupt):
        figures = soak(asked.lines, asked.seed, asked.lines_of_round)
        print(json.dumps(figures))
        return 1 if figures["wrong"] else 0
    return 130


if __name__ == "__main__":
    sys.exit(main())
