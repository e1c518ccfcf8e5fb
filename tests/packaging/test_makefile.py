"""The Makefile: the two commands work from nothing, and refuse clearly where they cannot."""

import re

import pytest

pytestmark = pytest.mark.once


@pytest.mark.parametrize("command", ["make", "make help"])
def test_help_lists_every_target(run, root, command):
    """`make` and `make help` list every target that a user may name."""
    makefile = (root / "Makefile").read_text()
    targets = re.search(r"(?m)^\.PHONY: (help .*)$", makefile)[1].split()
    listed = re.findall(r"(?m)^make (\S+) +\S", run(*command.split()).stdout)
    assert listed == targets


def test_old_python_is_refused(run, tmp_path):
    """An interpreter older than 3.10 is refused by its version, and no venv is made."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.18 || exit 1\n')
    python.chmod(0o755)

    result = run("make", "build", f"PYTHON={python}", f"VENV={tmp_path}/venv", check=False)

    assert result.returncode != 0
    assert "needs Python 3.10 or newer" in result.stdout
    assert "Python 3.9.18" in result.stdout
    assert not (tmp_path / "venv").exists()


def test_missing_ensurepip_is_explained(run, tmp_path):
    """An interpreter that cannot make venvs leaves none behind, and its package is named."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" != -m ] || { mkdir "$4"; exit 1; }\n')
    python.chmod(0o755)

    result = run("make", "build", f"PYTHON={python}", f"VENV={tmp_path}/venv", check=False)

    assert result.returncode != 0
    assert "apt install python3-venv" in result.stdout
    assert not (tmp_path / "venv").exists()
