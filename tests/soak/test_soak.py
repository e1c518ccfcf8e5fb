"""A small piece of what `make soak` does for hours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.soak import soak

PROGRAM = Path(soak.__file__)


def test_a_short_soak_loses_nothing(core):
    """One round of each kind, with every fault: each line comes once, or is counted as lost."""
    result = subprocess.run(
        [sys.executable, PROGRAM, "--lines=1", "--lines-of-round=3000", "--seed=7"],
        env={**os.environ, "TRACEFMT_CORE": core.NAME},
        capture_output=True,
        timeout=120,
        check=False,
    )
    figures = json.loads(result.stdout)

    assert figures["wrong"] == [], result.stderr.decode()
    assert result.returncode == 0
    assert (figures["core"], figures["rounds"]) == (core.NAME, len(soak.KINDS))


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b'{"level":"info","message":"t0","n":0}\n{"level":"info","message":"t0","n":1}\n', []),
        (b'{"level":"info","message":"t0","n":1}\n' * 2, ["after 1"]),
        (b'{"level":"info","message":"s","n":1}\n' * 2, ["twice"]),
        (b'{"level":"info","mess{"level":"info","message":"t0","n":0}\n', ["no line"]),
        (b'{"level":"info","message":"t0","n":0}', ["torn"]),
    ],
)
def test_what_is_wrong_is_found(tmp_path, text, wrong):
    """The reader finds a line that is doubled, mixed with another, or torn."""
    (tmp_path / "out").write_bytes(text)
    with (tmp_path / "out").open("rb") as file:
        found = soak.read(file.fileno(), 1)["wrong"]

    assert len(found) == len(wrong)
    assert all(word in text for word, text in zip(wrong, found, strict=True))
