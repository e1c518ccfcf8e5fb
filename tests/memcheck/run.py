"""
Run the hot path under valgrind's memcheck; exit status 1 where it finds an error of ours.

    python tests/memcheck/run.py

Errors count that have a frame of the extension in their stack: CPython has a few of its own by
design, and they are not ours to judge.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOT = Path(__file__).with_name("hot.py")
OURS = re.compile(r"_rust(\.[\w-]+)*\.so")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "valgrind.log")
        command = [
            *("valgrind", "--tool=memcheck", f"--log-file={log}", "--num-callers=40"),
            *("--leak-check=no", sys.executable, "-S", str(HOT)),
        ]
        # the interpreter's own allocator hides what is read behind an object's end
        environment = {
            **os.environ,
            "PYTHONMALLOC": "malloc",
            "TRACEFMT_CORE": "rust",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        status = subprocess.run(command, env=environment, check=False).returncode
        errors = _errors(log.read_text(errors="replace"))
    ours = [error for error in errors if OURS.search(error)]
    sys.stdout.write(f"valgrind: {len(errors)} errors, {len(ours)} of them in tracefmt\n")
    sys.stdout.write("\n".join(ours[:5]))
    return status or (1 if ours else 0)


def _errors(log: str) -> list[str]:
    """Return the reports of a log, each as one text."""
    text = re.sub(r"^==\d+== ?", "", log, flags=re.MULTILINE)
    return [part for part in text.split("\n\n") if re.search(r"^\s+at 0x", part, re.MULTILINE)]


if __name__ == "__main__":
    sys.exit(main())
