"""The command as a process of its own, on the core under test."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "tracefmt.cli"]
TAKEN_OUT = ("TRACEFMT_", "OTEL_", "DD_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_", "CLICOLOR")


@pytest.fixture
def command_line():
    """The words that start the command."""
    return COMMAND


@pytest.fixture
def environment(core_name):
    """Return variables: the core under test, and nothing that changes what the command says."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(TAKEN_OUT)}
    return {**kept, "TRACEFMT_CORE": core_name, "TERM": "xterm-256color"}


@pytest.fixture
def tracefmt_command(environment):
    """Run the command to its end; arguments, and variables to add or (as None) to take away."""

    def run(*arguments, cwd=None, **variables):
        changed = {**environment, **variables}
        changed = {key: value for key, value in changed.items() if value is not None}
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=changed,
            cwd=cwd,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def bare_site(tmp_path):
    """Make a folder that holds these packages and no others, for a Python without site-packages."""

    def make(*names):
        site = tmp_path / "site"
        site.mkdir()
        for name in names:
            spec = find_spec(name)
            if spec is not None:
                origin = Path(spec.origin)
                found = origin.parent if spec.submodule_search_locations else origin
                (site / found.name).symlink_to(found)
        return site

    return make


@pytest.fixture
def on_terminal(environment):
    """Run the command on a pseudo-terminal; return its status and what it showed."""

    def run(*arguments, **variables):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**environment, **variables},
        )
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        return process.wait(timeout=10), shown.decode()

    return run


def _read(terminal):
    """Return what comes next, or nothing where the other end is closed."""
    ready, _, _ = select.select([terminal], [], [], 60)
    try:
        return os.read(terminal, 65536) if ready else b""
    except OSError:  # so Linux says it
        return b""
