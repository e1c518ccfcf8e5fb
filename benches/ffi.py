"""
What the `unsafe` of rust/ffi.rs pays, into ``record/ffi.json``.

    python benches/ffi.py

(a) a line through our Sink, beside the same line through Python's ``os.write``;
(b) a record read, and (c) a call of the Logger, beside copies of the crate in which one function of
ffi.rs each is what it would be without `unsafe`: the files in ``ffi/``, one for each function.

Least CPU times come from processes that take turns; instructions for a line come from two runs of
different length under callgrind.  Needs cargo and valgrind.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import callgrind
import machine
from contender import HERE

ROOT = HERE.parent
MEASURED = HERE / "ffi" / "measured.py"
ROUNDS = 12
SHORT, LONG = 2_000, 12_000  # lines under callgrind
COMPARED = {
    "a line written": {"ours": ("ffi", "sink"), "safe": ("ffi", "os.write")},
    "a record read: take_items": {"ours": ("ffi", "read"), "safe": ("take_items", "read")},
    "a record read: attributes_of": {"ours": ("ffi", "read"), "safe": ("attributes_of", "read")},
    "a call logged: context_value": {"ours": ("ffi", "call"), "safe": ("context_value", "call")},
    "a call logged: watch": {"ours": ("ffi", "call"), "safe": ("watch", "call")},
    "a call logged: version_of": {"ours": ("ffi", "call"), "safe": ("version_of", "call")},
}
BUILDS = sorted({build for pair in COMPARED.values() for build, _ in pair.values()})


def build(folder: Path, safe: str | None) -> Path:
    """Build a copy of the crate, one function of it safe; return what goes on the path."""
    for name in ("rust", "python"):
        ignored = shutil.ignore_patterns("*.so", "__pycache__")
        # as new: cargo takes two copies for the same crate, and files that are older than its last
        # build for unchanged
        shutil.copytree(ROOT / name, folder / name, ignore=ignored, copy_function=shutil.copyfile)
    for name in ("Cargo.toml", "Cargo.lock"):
        shutil.copy(ROOT / name, folder)
    if safe:
        replace(folder / "rust" / "ffi.rs", safe)
    subprocess.run(
        [
            "cargo",
            "build",
            "--release",
            "--quiet",
            "--locked",
            "--target-dir",
            str(folder.parent / "target"),
        ],
        cwd=folder,
        env={**os.environ, "PYO3_PYTHON": sys.executable, "PYO3_BUILD_EXTENSION_MODULE": "1"},
        check=True,
    )
    library = next((folder.parent / "target" / "release").glob("lib_rust.*[!d]"))
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    shutil.copy(library, folder / "python" / "tracefmt" / f"_rust{suffix}")
    return folder / "python"


def require_different(packages: dict[str, Path]) -> None:
    """Refuse to compare a build with itself."""
    seen: dict[bytes, str] = {}
    for name, package in packages.items():
        library = next((package / "tracefmt").glob("_rust*")).read_bytes()
        if library in seen:
            raise SystemExit(f"{name} and {seen[library]} are one build: mend benches/ffi.py")
        seen[library] = name


def replace(path: Path, name: str) -> None:
    """Put the safe function in the place of the one of that name and its comment."""
    text = path.read_text()
    function = re.compile(rf"(///[^\n]*\n)+pub fn {name}\b.*?^}}\n", re.MULTILINE | re.DOTALL)
    safe = (HERE / "ffi" / f"safe_{name}.rs").read_text()
    replaced, count = function.subn(lambda _: safe, text)
    if count != 1:
        raise SystemExit(f"rust/ffi.rs has no {name} any more: mend benches/ffi.py")
    path.write_text("#![allow(unused)]\n" + replaced)


def least_seconds(package: Path, name: str) -> float:
    """Return the least CPU time of one line in a process."""
    done = subprocess.run(
        [sys.executable, str(MEASURED), name],
        env={
            **os.environ,
            "PYTHONPATH": str(package),
            "PYTHONHASHSEED": "0",
            "TRACEFMT_CORE": "rust",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def instructions(package: Path, name: str) -> float | None:
    """Return the instructions for one line, or None without valgrind."""
    if not callgrind.is_here():
        return None
    environment = {"PYTHONPATH": str(package)}
    return round(callgrind.instructions(MEASURED, name, (SHORT, LONG), environment), 1)


def measure(packages: dict[str, Path]) -> dict[str, Any]:
    """Return both comparisons: least CPU time and instructions for a line."""
    variants = {key for pair in COMPARED.values() for key in pair.values()}
    seconds: dict[tuple[str, str], float] = dict.fromkeys(variants, float("inf"))
    for _ in range(ROUNDS):
        for build_name, name in sorted(variants):
            cost = least_seconds(packages[build_name], name)
            seconds[build_name, name] = min(cost, seconds[build_name, name])
    counted = {key: instructions(packages[key[0]], key[1]) for key in sorted(variants)}
    return {
        what: {
            side: {
                "measured": key[1],
                "build": key[0],
                "least_ns": round(seconds[key] * 1e9, 1),
                "instructions": counted[key],
            }
            for side, key in pair.items()
        }
        for what, pair in COMPARED.items()
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tracefmt-ffi-") as name:
        packages = {}
        for build_name in BUILDS:
            folder = Path(name, build_name)
            folder.mkdir()
            print(f"building {build_name}", file=sys.stderr)
            packages[build_name] = build(folder, None if build_name == "ffi" else build_name)
        require_different(packages)
        print("measuring", file=sys.stderr)
        compared = measure(packages)
    record = {
        "made": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}",
        "workload": "W3",
        "machine": machine.facts(),
        "compared": compared,
    }
    path = HERE / "record" / "ffi.json"
    path.write_text(json.dumps(record, indent=2) + "\n")
    for what, pair in compared.items():
        for side, one in pair.items():
            print(f"{what}, {side}: {one['least_ns']} ns, {one['instructions']} instructions")
    print(path)


if __name__ == "__main__":
    main()
