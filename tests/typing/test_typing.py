"""The types of the package, and of the code that users write with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.once
def test_mypy_is_content() -> None:
    """`mypy --strict` finds nothing in the package, nor in `api.py`, which is a user's code."""
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout, result.stderr) == ("", "")
    assert result.returncode == 0
