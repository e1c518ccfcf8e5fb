"""
How many instructions a line takes, and whether these are more than in ``record/instructions.json``.

    python benches/instructions.py                    # count all, compare
    python benches/instructions.py format handler     # some
    python benches/instructions.py --record           # count all, and keep the figures

Two runs of different length under callgrind; their difference is the lines' own.  A count does not
depend on what else the machine does, but on compiler, interpreter and libc: figures are kept, and
compared, for one minor version of Python on one architecture.  Exits with 1 where a line takes over
TOLERANCE more than in the record.  Needs valgrind, and the Rust core.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

import callgrind

HERE = Path(__file__).parent
RECORD = HERE / "record" / "instructions.json"
NAMES = (
    "format",
    "stdlib_null",
    "handler",
    "handler_buffered",
    "logger",
    "logger_buffered",
    "logger_fields",
    "logger_fields_buffered",
    "logger_disabled",
)
# Two counts of one build differ by less than 1 %; those of two compilers may differ by more.
TOLERANCE = 0.03


def kind() -> str:
    """Return what counts can be compared within."""
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{platform.python_implementation()} {version} {platform.machine()}"


def count(name: str, lines: int) -> float:
    """Return the instructions for one line."""
    numbers = (lines // 5, lines // 5 + lines)
    return round(callgrind.instructions(HERE / "counted.py", name, numbers), 1)


def grown(counted: dict[str, float], before: dict[str, float]) -> list[str]:
    """Return the names whose lines take more than the record allows."""
    return [
        name
        for name, found in counted.items()
        if name in before and found > before[name] * (1 + TOLERANCE)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the instructions of a line.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--record", action="store_true", help="keep the figures")
    parser.add_argument("--lines", type=int, default=10_000, help="that are counted")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; write one of {', '.join(NAMES)}")
    if not callgrind.is_here():
        parser.error("valgrind is not here: apt install valgrind")
    kept = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    before = kept.get(kind(), {})
    print(kind())
    counted = {}
    for name in options.names or NAMES:
        counted[name] = count(name, options.lines)
        known = before.get(name)
        change = f"{counted[name] / known - 1:+.1%}" if known else "not in the record"
        print(f"{name:24} {counted[name]:>10,.0f}  {change}", flush=True)
    if options.record:
        kept[kind()] = {**before, **counted}
        RECORD.write_text(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")
    elif worse := grown(counted, before):
        sys.exit(f"more than {TOLERANCE:.0%} above the record: {', '.join(worse)}")


if __name__ == "__main__":
    main()
