"""Where timed lines go, and the counting of them there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from contender import HERE

NULL, FILE, PIPE = "null", "file", "pipe"
KINDS = (NULL, FILE, PIPE)


class NullSink:
    """The null device; nothing can be counted there, which is why a file is counted before."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.path = os.devnull

    def count(self) -> int | None:
        """Return how many lines came since the last count, or None where nobody can say."""
        return None

    def close(self) -> int | None:
        """Return how many lines came in all, if only the end can tell."""
        return None


class FileSink(NullSink):
    """A file, counted and emptied after each round."""

    def __init__(self, folder: Path) -> None:
        descriptor, self.path = tempfile.mkstemp(suffix=".jsonl", dir=folder)
        os.close(descriptor)

    def count(self) -> int:
        lines = 0
        with Path(self.path).open("rb") as file:
            while part := file.read(1 << 20):
                lines += part.count(b"\n")
        os.truncate(self.path, 0)
        return lines

    def close(self) -> None:
        Path(self.path).unlink()


class PipeSink(NullSink):
    """A named pipe that another process reads and counts."""

    def __init__(self, folder: Path) -> None:
        self.path = tempfile.mktemp(suffix=".pipe", dir=folder)
        os.mkfifo(self.path)
        self._reader = subprocess.Popen(
            [sys.executable, "-S", str(HERE / "sinks.py"), self.path], stdout=subprocess.PIPE
        )

    def close(self) -> int:
        # a writer that never came leaves the reader waiting for one
        os.close(os.open(self.path, os.O_RDWR | os.O_NONBLOCK))
        lines, _ = self._reader.communicate(timeout=60)
        Path(self.path).unlink()
        return int(lines)


def make(kind: str, folder: Path) -> NullSink:
    """Return a new sink of that kind, with its files in the folder."""
    return {NULL: NullSink, FILE: FileSink, PIPE: PipeSink}[kind](folder)


def read_and_count(path: str) -> None:
    """Read a pipe to its end and print how many lines came."""
    lines = 0
    descriptor = os.open(path, os.O_RDONLY)
    while part := os.read(descriptor, 1 << 16):
        lines += part.count(b"\n")
    print(lines)


if __name__ == "__main__":
    read_and_count(sys.argv[1])
