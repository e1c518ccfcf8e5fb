"""benches/instructions.py: it counts, compares, and says what grew."""

import shutil
import subprocess
import sys
from pathlib import Path

import instructions
import pytest

pytestmark = pytest.mark.once

SCRIPT = Path(instructions.__file__)


def test_what_grew_is_named():
    """A count is too high above the tolerance alone, and only where the record has one."""
    before = {"format": 1000.0, "handler": 1000.0, "logger": 1000.0}
    counted = {"format": 1029.0, "handler": 1031.0, "logger": 500.0, "logger_fields": 9999.0}

    assert instructions.grown(counted, before) == ["handler"]


def test_an_unknown_name_is_refused():
    """The message names those that there are."""
    run = subprocess.run(
        [sys.executable, SCRIPT, "nonsense"], capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert "there is no nonsense; write one of format, " in run.stderr


@pytest.mark.cargo
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_instructions_are_counted():
    """A line has thousands of them, and not tens of thousands: start and imports are left out."""
    assert 1_000 < instructions.count("format", 200) < 30_000
