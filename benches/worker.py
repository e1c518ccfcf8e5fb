"""
One contender in a process of its own: ``worker.py NAME STAGE WORKLOAD SINK``.

The first line on stdout says what it is.  Then it reads commands, one a line, and answers each with
one line of JSON: ``run LINES THREADS`` writes lines and gives the CPU time and the wall time of
that, ``write LINES`` writes lines of the stage ``format`` to the sink.  It ends with its input.

A contender of another language replaces this process after the first line and goes on from there.
"""

from __future__ import annotations

import contextvars
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from contender import Prepared, Program, Sink
from workloads import WORKLOADS, as_json


def main() -> None:
    name, stage, workload_name, path = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing that a library prints is taken for a reply
    workload = WORKLOADS[workload_name]
    try:
        peer = importlib.import_module(f"peers.{name}")
        hello = {"label": peer.LABEL, "traits": peer.TRAITS._asdict()}
        hello["traits"]["leaves_out"] = dict(peer.TRAITS.leaves_out)
        hello["versions"] = {
            each: importlib.metadata.version(each) for each in peer.TRAITS.packages
        }
        if isinstance(peer.setup, Program):
            build(peer.setup)
    except (ImportError, OSError, subprocess.CalledProcessError) as error:
        say(replies, {"absent": f"{type(error).__name__}: {error}"})
        return
    if workload_name in peer.TRAITS.leaves_out or stage not in peer.TRAITS.stages:
        say(replies, hello)
        return
    if isinstance(peer.setup, Program):
        say(replies, hello)
        os.dup2(replies.fileno(), 1)
        os.chdir(peer.setup.folder)
        os.execvp(peer.setup.run[0], [*peer.setup.run, as_json(workload), path])
    import span  # noqa: PLC0415  # the SDK, which the programs do not need

    with span.entered(workload):
        try:
            prepared = peer.setup(stage, Sink(path), workload)
        except ImportError as error:
            say(replies, {"absent": f"{type(error).__name__}: {error}"})
            return
        say(replies, hello)
        serve(prepared, path, replies)


def build(program: Program) -> None:
    """Make a program, and say what went wrong where that fails."""
    if program.build and not (program.built and program.built.exists()):
        try:
            subprocess.run(
                program.build, cwd=program.folder, check=True, capture_output=True, text=True
            )
        except subprocess.CalledProcessError as error:
            raise OSError(f"{' '.join(program.build)}: {error.stderr.strip()[-300:]}") from error


def serve(prepared: Prepared, path: str, replies: IO[str]) -> None:
    for command in sys.stdin:
        verb, *numbers = command.split()
        if verb == "run":
            lines, threads = map(int, numbers)
            say(replies, timed(prepared, lines, threads))
        elif verb == "write":
            write_lines(prepared, path, int(numbers[0]))
            say(replies, {})


def timed(prepared: Prepared, lines: int, threads: int) -> dict[str, int]:
    """Write lines and return what they cost in nanoseconds."""
    go = prepared.loop if threads == 1 else in_threads(prepared.loop, threads)
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    go(lines)
    prepared.flush()
    return {
        "cpu_ns": time.process_time_ns() - cpu,
        "wall_ns": time.perf_counter_ns() - wall,
    }


def in_threads(loop: Callable[[int], None], threads: int) -> Callable[[int], None]:
    """Return a loop that shares the lines out to threads, each in a copy of this one's context."""

    def go(lines: int) -> None:
        workers = [
            threading.Thread(target=contextvars.copy_context().run, args=(loop, lines // threads))
            for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return go


def write_lines(prepared: Prepared, path: str, lines: int) -> None:
    assert prepared.line is not None
    with Sink(path).binary() as out:
        for _ in range(lines):
            line = prepared.line()
            out.write(line.encode() if isinstance(line, str) else line)
            out.write(b"\n")


def say(replies: IO[str], what: dict[str, Any]) -> None:
    print(json.dumps(what), file=replies, flush=True)


if __name__ == "__main__":
    main()
