"""
What a slow or stalled reader costs who logs: tracefmt's modes beside the standard library's.

    python benches/slow_reader.py [--seconds 4] [--write]

Each contender logs for so long into a pipe.  Its reader takes a rate of bytes, or nothing for most
of each second, and counts lines.  Calls are timed one by one; a line is lost that was accepted and
never came.
"""

from __future__ import annotations

import argparse
import json
import logging
import logging.handlers
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import facts

HERE = Path(__file__).parent
FIELDS = {"user_id": "u-8412", "attempt": 3, "elapsed_ms": 12.75, "cached": False, "tags": ["eu"]}

# What the reader does: bytes a second, and how long it takes nothing, out of each second.
READERS = {"fast": (0, 0.0), "slow": (2_000_000, 0.0), "stalls": (0, 0.8)}


def read(rate: int, pause: float) -> None:
    """Read stdin to its end at a rate, with pauses, and print how many lines came."""
    lines, begun, taken = 0, time.monotonic(), 0
    while True:
        now = time.monotonic() - begun
        if pause and now % 1 < pause:
            time.sleep(pause - now % 1)
        if rate and taken > rate * now:
            time.sleep(taken / rate - now)
        part = os.read(0, 1 << 16 if not rate else 1 << 13)
        if not part:
            break
        taken += len(part)
        lines += part.count(b"\n")
    print(lines)


def stdlib_formatter() -> logging.Formatter:
    """The JSON formatter that one writes by hand."""

    class Formatter(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            fields = {name: getattr(record, name) for name in FIELDS}
            line = {"timestamp": self.formatTime(record), "level": record.levelname}
            return json.dumps({**line, "message": record.getMessage(), **fields})

    return Formatter()


Ending = Callable[[], Any]


def stdlib_stream(stream: Any) -> tuple[logging.Handler, Ending]:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(stdlib_formatter())
    return handler, handler.flush


def stdlib_queue(stream: Any, size: int = -1) -> tuple[logging.Handler, Ending]:
    target, _ = stdlib_stream(stream)
    records: queue.Queue[Any] = queue.Queue(size)
    handler = logging.handlers.QueueHandler(records)
    listener = logging.handlers.QueueListener(records, target)
    listener.start()
    return handler, listener.stop


def stdlib_bounded_queue(stream: Any) -> tuple[logging.Handler, Ending]:
    return stdlib_queue(stream, 10_000)


def ours(**options: Any) -> Callable[[Any], tuple[logging.Handler, Ending]]:
    def make(stream: Any) -> tuple[logging.Handler, Ending]:
        import tracefmt  # noqa: PLC0415  # the standard library's are measured without it

        handler = tracefmt.StreamHandler(stream, **options)
        return handler, handler.close

    return make


CONTENDERS: dict[str, tuple[str, Callable[[Any], tuple[logging.Handler, Ending]]]] = {
    "stdlib StreamHandler": ("", stdlib_stream),
    "stdlib QueueHandler, unbounded": ("", stdlib_queue),
    "stdlib QueueHandler, 10,000 records": ("", stdlib_bounded_queue),
    "tracefmt StreamHandler": ("rust", ours()),
    "tracefmt, background": ("rust", ours(background=True, drain_timeout=60)),
    "tracefmt, background, drop_oldest": (
        "rust",
        ours(background=True, drain_timeout=60, when_full="drop_oldest"),
    ),
    "tracefmt, background, Python core": ("python", ours(background=True, drain_timeout=60)),
}


def log(name: str, seconds: float) -> None:
    """Log into stdout for so long, and say on stderr what the calls took."""
    _, make = CONTENDERS[name]
    stream = os.fdopen(os.dup(1), "w")
    lost: list[None] = []
    logging.Handler.handleError = lambda *_: lost.append(None)  # type: ignore[method-assign]
    handler, end = make(stream)
    logger = logging.getLogger("bench")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    clock, times = time.perf_counter_ns, []
    begun = last = clock()
    until = begun + int(seconds * 1e9)
    while last < until:
        logger.info("request finished", extra=FIELDS)
        now = clock()
        times.append(now - last)
        last = now
    elapsed = (last - begun) / 1e9
    end()
    stream.close()
    times.sort()
    resident = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    figures = {
        "accepted": len(times),
        "per_second": round(len(times) / elapsed),
        "p50_us": times[len(times) // 2] / 1e3,
        "p99_us": times[len(times) * 99 // 100] / 1e3,
        "max_ms": times[-1] / 1e6,
        "drained_s": round((clock() - last) / 1e9, 2),
        "peak_mib": resident >> 10,
    }
    sys.stderr.write(json.dumps(figures))


def measure(name: str, reader: str, seconds: float) -> dict[str, Any]:
    """Let one contender log for one kind of reader, and count what came."""
    rate, pause = READERS[reader]
    core, _ = CONTENDERS[name]
    read_end, write_end = os.pipe()
    environment = {**os.environ, **({"TRACEFMT_CORE": core} if core else {})}
    command = [sys.executable, str(Path(__file__))]
    counting = subprocess.Popen(
        [*command, "--read", str(rate), str(pause)], stdin=read_end, stdout=subprocess.PIPE
    )
    logging_ = subprocess.Popen(
        [*command, "--log", name, "--seconds", str(seconds)],
        stdout=write_end,
        stderr=subprocess.PIPE,
        env=environment,
    )
    os.close(read_end)
    os.close(write_end)
    said = logging_.communicate()[1]
    came = int(counting.communicate()[0])
    figures: dict[str, Any] = json.loads(said)
    figures["lost"] = max(0, figures["accepted"] - came)
    return {"contender": name, "reader": reader, **figures}


def table(figures: list[dict[str, Any]]) -> str:
    """Return a table for each reader."""
    lines = []
    for reader in READERS:
        lines += [f"\n{reader}\n", "| | lines/s | p50 | p99 | max | lost | peak |"]
        lines += ["|---|---:|---:|---:|---:|---:|---:|"]
        lines += [
            f"| {one['contender']} | {one['per_second']:,} | {one['p50_us']:.1f} µs "
            f"| {one['p99_us']:.1f} µs | {one['max_ms']:.1f} ms | {one['lost']:,} "
            f"| {one['peak_mib']} MiB |"
            for one in figures
            if one["reader"] == reader
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--contenders", nargs="*", default=list(CONTENDERS))
    parser.add_argument("--readers", nargs="*", default=list(READERS))
    parser.add_argument("--write", action="store_true", help="keep the figures in benches/record/")
    parser.add_argument("--read", nargs=2, type=float, help=argparse.SUPPRESS)
    parser.add_argument("--log", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read is not None:
        read(int(asked.read[0]), asked.read[1])
    elif asked.log is not None:
        log(asked.log, asked.seconds)
    else:
        figures = [
            measure(name, reader, asked.seconds)
            for reader in asked.readers
            for name in asked.contenders
        ]
        print(table(figures))
        if asked.write:
            record = {"machine": facts(), "seconds": asked.seconds, "figures": figures}
            (HERE / "record" / "slow_reader.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
