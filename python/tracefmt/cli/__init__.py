"""
The command ``tracefmt``.

Each of its commands has a room of its own here.  Nothing outside the standard library is imported
until it is known to be installed, so that what is missing is said in one line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, *, core_error: ImportError | None = None) -> int:
    """
    Run the command line.

    Args:
        arguments: what follows the program's name; those of the process if None.
        core_error: what importing tracefmt raised at first, where a launcher caught that and went
            on with the pure-Python core.

    Returns:
        The exit status: 0 if all is well, 1 if something was found wrong, 2 for a command line that
        cannot be understood, 130 after Ctrl-C.
    """
    line = needs("tracefmt", ("click", "rich"), "cli")
    if line is not None:
        print(line, file=sys.stderr)  # noqa: T201  # there is no click to print with
        return 1
    # here, since it imports click
    from tracefmt.cli.commands import run  # noqa: PLC0415

    return run(arguments, core_error)


def needs(command: str, modules: Iterable[str], extra: str) -> str | None:
    """Return the one line that says which modules are missing and what installs them, or None."""
    missing = [module for module in modules if not _is_installed(module)]
    if not missing:
        return None
    return f"{command} needs {', '.join(missing)}: pip install 'tracefmt-otel[{extra}]'"


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package it would be in
        return False
