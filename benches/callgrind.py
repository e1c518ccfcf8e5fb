"""How many instructions a line takes, under valgrind's callgrind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def is_here() -> bool:
    """Return whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def instructions(
    script: Path, name: str, lines: tuple[int, int], environment: dict[str, str] | None = None
) -> float:
    """
    Return the instructions for one line, whatever it takes to start and to end.

    Args:
        script: what takes a name and a number of lines as its arguments.
        name: the first of them.
        lines: the numbers of lines of two runs, whose difference is the lines' own.
        environment: variables for the runs, besides those that are always set.
    """
    fewer, more = (_collected(script, name, number, environment or {}) for number in lines)
    return (more - fewer) / (lines[1] - lines[0])


def _collected(script: Path, name: str, lines: int, environment: dict[str, str]) -> int:
    done = subprocess.run(
        [
            *("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
            *(sys.executable, str(script), name, str(lines)),
        ],
        env={**os.environ, "PYTHONHASHSEED": "0", "TRACEFMT_CORE": "rust", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.findall(r"Collected : (\d+)", done.stderr)[0])
