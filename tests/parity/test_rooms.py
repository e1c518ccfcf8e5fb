"""The same rooms in both wings."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
RUST, PYTHON = ROOT / "rust", ROOT / "python" / "tracefmt" / "_python"
# What can have no twin: plumbing between Rust and Python, shortcuts around Python code, tests.
RUST_ONLY = {
    *("bound", "buffer", "call", "changes", "error", "event_keys", "ffi", "handler", "imports"),
    *("keys", "logger", "methods", "paths", "per_thread", "renderer", "route", "stretch"),
    *("writer", "scalar/cases"),
    *("sink/writing", "turn"),  # the twin has the standard library's RLock
}
# The Python core reads lines with `json`, and ids and times with `tracefmt.reading`.
RUST_ONLY |= {f"scan/{room}" for room in ("cases", "fields", "id", "json", "table", "time")}
# The list may become shorter.
TOO_LONG = {"tests/core/hostile.py"}
ENTRANCES = {"lib": "", "mod": "", "__init__": ""}


def rooms(folder, suffix):
    """Return the rooms of a wing as paths without suffix; a folder's entrance is the folder."""
    paths = (path.relative_to(folder).with_suffix("") for path in folder.rglob(f"*{suffix}"))
    named = (path.with_name(ENTRANCES.get(path.name, path.name) or "_") for path in paths)
    return {str(path).removesuffix("/_") for path in named}


def test_rooms_correspond():
    """Each room of one wing is in the other, but for the plumbing."""
    assert rooms(RUST, ".rs") - RUST_ONLY == rooms(PYTHON, ".py")


def test_tests_of_scalar_rooms():
    """Each scalar room has its tests and its cases."""
    scalar = {room.removeprefix("scalar/") for room in rooms(PYTHON, ".py") if "scalar/" in room}
    tests = {path.stem.removeprefix("test_") for path in ROOT.glob("tests/core/scalar/test_*.py")}
    cases = {path.stem for path in ROOT.glob("tests/cases/*.json")}

    assert scalar == tests
    assert scalar <= cases


def test_small_rooms():
    """No room is so long that it should be two, but for those that are known to be."""
    files = [path for top in (RUST, PYTHON.parent) for path in top.rglob("*.*")]
    files += (ROOT / "tests").rglob("*.py")
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in files
        if path.suffix in {".rs", ".py"}
    }

    assert {name for name, length in lengths.items() if length > 400} == TOO_LONG
