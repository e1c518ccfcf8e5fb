"""One contender's process, as the runner sees it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from check import fault
from contender import FORMAT, HERE, Traits
from workloads import WORKLOADS

CHECKED = 100  # lines


class AbsentError(Exception):
    """The contender is not installed here."""


class RefusedError(Exception):
    """The contender does not do this, or does it wrong."""


class Running:
    """A contender's process; ask it for lines."""

    def __init__(self, name: str, stage: str, workload: str, path: str) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed in end()
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), name, stage, workload, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        try:
            self.hello = self._reply()
            self._must_have(stage, workload)
            if self.traits.language != "python":
                self.hello["versions"] = self.ask("versions")
        except BaseException:
            self.end()
            raise

    def _must_have(self, stage: str, workload: str) -> None:
        if "absent" in self.hello:
            raise AbsentError(self.hello["absent"])
        self.traits = Traits(**self.hello["traits"])
        if stage not in self.traits.stages:
            raise RefusedError(f"has no stage {stage}")
        if workload in self.traits.leaves_out:
            raise RefusedError(self.traits.leaves_out[workload])

    def ask(self, command: str) -> dict[str, Any]:
        """Send one command and return the answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the reply is missing too, and says why
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RefusedError(f"ended by itself: {self._last_words()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").strip().splitlines()
        return words[-1] if words else "in silence"

    def rss(self) -> int:
        """Return the resident memory in bytes."""
        answer = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self._process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(answer.stdout) * 1024

    def end(self) -> None:
        """Let the process write what it still has, and end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._errors.close()


@contextmanager
def running(name: str, stage: str, workload: str, path: str) -> Iterator[Running]:
    """Have a contender's process, and end it."""
    process = Running(name, stage, workload, path)
    try:
        yield process
    finally:
        process.end()


def check(name: str, stage: str, workload: str, threads: int, folder: Path) -> dict[str, Any]:
    """
    Look at what a contender writes, before anybody times it, and return what it says of itself.

    Raises:
        AbsentError: it is not installed here.
        RefusedError: it does not have this workload, or what it wrote is wrong or not all there.
    """
    path = folder / f"{name}.check.jsonl"
    with running(name, stage, workload, str(path)) as process:
        verb = f"write {CHECKED}" if stage == FORMAT else f"run {CHECKED} {threads}"
        process.ask(verb)
    output = path.read_bytes() if path.exists() else b""
    path.unlink(missing_ok=True)
    wrong = fault(output, CHECKED, process.traits, WORKLOADS[workload])
    if wrong is not None:
        raise RefusedError(wrong)
    return process.hello
