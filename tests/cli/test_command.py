"""The command line itself: help, version, and what it says where something is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tracefmt

CLI_EXTRA = ("click", "rich", "pygments", "markdown_it", "mdurl", "typing_extensions")


def run_bare(site, *arguments):
    """Run the command with a Python that sees this folder and the standard library alone."""
    start = "import sys; from tracefmt.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-S", "-c", start, *arguments],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(site)},
        check=False,
    )


@pytest.mark.once
def test_help_lists_the_commands(tracefmt_command):
    """`tracefmt --help` names every command and leaves with 0."""
    done = tracefmt_command("--help")

    assert done.returncode == 0
    assert "  audit " in done.stdout
    assert "  demo " in done.stdout
    assert "  doctor " in done.stdout
    assert "  pretty " in done.stdout


@pytest.mark.once
@pytest.mark.parametrize("command", ["audit", "demo", "doctor", "find", "pretty", "trace"])
def test_each_command_has_help(tracefmt_command, command):
    """Each command's help says what it does and which exit status means what."""
    done = tracefmt_command(command, "--help")

    assert done.returncode == 0
    assert "Exit status: 0" in done.stdout


@pytest.mark.once
def test_help_waits_for_no_library_but_click(environment):
    """`tracefmt --help` imports neither rich nor what the demo needs."""
    code = """
import sys
from tracefmt.cli import main
main(["--help"])
print(sorted({"rich", "httpx", "uvicorn", "starlette", "opentelemetry.sdk"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_version_shows_version_and_core(tracefmt_command, core):
    """`tracefmt --version` says which version and which core."""
    done = tracefmt_command("--version")

    assert done.stdout == f"tracefmt {tracefmt.__version__} ({core.NAME} core)\n"


@pytest.mark.once
@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["audit", "--max-missing", "2"],
        ["audit", "--max-span", "soon"],
        ["audit", "--alert"],
        ["audit", "--query", "nosuch"],
        ["demo", "--requests", "1"],
        ["demo", "--requests", "many"],
        ["demo", "--concurrency", "0"],
        ["demo", "--keep", __file__],
        ["demo", "--keep", f"{__file__}/below"],
        ["doctor", "--app", "no_colon"],
        ["doctor", "-m", "no_such_module"],
    ],
    ids=" ".join,
)
def test_usage_errors_leave_with_2(tracefmt_command, arguments):
    """What cannot be understood is said on stderr, with exit status 2."""
    done = tracefmt_command(*arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr


@pytest.mark.once
def test_missing_cli_extra_is_one_line(bare_site):
    """Without click and rich the command says what to install, in one line, with exit status 1."""
    done = run_bare(bare_site("tracefmt"), "--help")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "tracefmt needs click, rich: pip install 'tracefmt-otel[cli]'\n"


@pytest.mark.once
def test_missing_demo_extra_is_one_line(bare_site):
    """Without the demo's libraries `tracefmt demo` says what to install, with exit status 1."""
    done = run_bare(bare_site("tracefmt", *CLI_EXTRA), "demo")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("tracefmt demo needs opentelemetry.sdk, ")
    assert done.stderr.endswith("httpx: pip install 'tracefmt-otel[demo]'\n")
    assert done.stderr.count("\n") == 1
