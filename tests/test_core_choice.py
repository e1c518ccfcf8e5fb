"""Which core is taken, in every state that an installation can be in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tracefmt

PACKAGE = Path(tracefmt.__file__).parent
pytestmark = pytest.mark.once

# What a tracefmt/_rust.py may hold: a module of that name stands in for the extension.
WORKING = f"""
from tracefmt._python import Encoder, LineHandler, Sink
NAME = "rust"
VERSION = {tracefmt.__version__!r}
"""
STALE = WORKING.replace(tracefmt.__version__, "0.0.1")
BROKEN = "raise ImportError('undefined symbol: PyFrob')"
LACKING = "import a_module_that_is_not_there"


@pytest.fixture
def package(tmp_path):
    """Return a function that lays out the package with a given ``_rust.py``, or without one."""

    def lay_out(rust: str | None) -> Path:
        ignore = shutil.ignore_patterns("_rust*", "__pycache__")
        shutil.copytree(PACKAGE, tmp_path / "tracefmt", ignore=ignore)
        if rust is not None:
            (tmp_path / "tracefmt" / "_rust.py").write_text(rust)
        return tmp_path

    return lay_out


def load(path: Path, wanted: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    environment.pop("TRACEFMT_CORE", None)
    if wanted is not None:
        environment["TRACEFMT_CORE"] = wanted
    code = "import tracefmt; print(tracefmt.core)"
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("rust", "wanted", "core"),
    [
        (WORKING, None, "rust"),
        (WORKING, "", "rust"),
        (WORKING, "rust", "rust"),
        (WORKING, "python", "python"),
        (None, None, "python"),
        (None, "python", "python"),
        (STALE, "python", "python"),
        (BROKEN, "python", "python"),
    ],
)
def test_the_rust_core_is_taken_where_it_is_there(package, rust, wanted, core):
    """A missing Rust core is replaced by Python; a forced core is the one that is taken."""
    result = load(package(rust), wanted)

    assert (result.stdout, result.stderr) == (f"{core}\n", "")


@pytest.mark.parametrize(
    ("rust", "wanted", "error"),
    [
        (None, "rust", "CoreError: TRACEFMT_CORE=rust, but tracefmt._rust is not installed"),
        (WORKING, "go", "CoreError: TRACEFMT_CORE=go: write rust or python"),
        (STALE, None, "CoreError: tracefmt._rust is of version 0.0.1"),
        (STALE, "rust", "CoreError: tracefmt._rust is of version 0.0.1"),
        (BROKEN, None, "ImportError: undefined symbol: PyFrob"),
        (BROKEN, "rust", "ImportError: undefined symbol: PyFrob"),
        (LACKING, None, "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"),
    ],
)
def test_a_core_that_cannot_be_used_raises(package, rust, wanted, error):
    """A stale, broken or demanded but missing Rust core is never replaced in silence."""
    result = load(package(rust), wanted)

    assert result.returncode == 1
    assert error in result.stderr


def test_an_extension_file_that_is_no_extension_raises(package):
    """A damaged file of the extension's own name raises instead of falling back."""
    path = package(None)
    suffix = next(s for s in __import__("importlib.machinery").machinery.EXTENSION_SUFFIXES)
    (path / "tracefmt" / f"_rust{suffix}").write_bytes(b"not an ELF file")

    result = load(path, None)

    assert result.returncode == 1
    assert "ImportError" in result.stderr


def test_core_errors_are_import_errors():
    """`CoreError` is caught by whoever catches ImportError, and by TracefmtError."""
    assert issubclass(tracefmt.CoreError, ImportError)
    assert issubclass(tracefmt.CoreError, tracefmt.TracefmtError)
