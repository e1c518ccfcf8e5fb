"""``tracefmt doctor``."""

from __future__ import annotations

import importlib
import sys
import traceback
from functools import reduce
from pathlib import Path

import click


@click.command(short_help="Say what is in force here, and warn of known traps.")
@click.option(
    "--app",
    metavar="MODULE:ATTR",
    help="Import the application first, as uvicorn names it; it is not run.",
)
@click.option("-m", "module", metavar="MODULE", help="Import this module first.")
@click.pass_obj
def doctor(core_error: ImportError | None, app: str | None, module: str | None) -> None:
    """
    Say what is in force here, and warn of known traps.

    Shows versions, core, tracing and the logging handlers of this process; with --app or -m, after
    the application's module was imported from the current directory or the Python path. What an
    application sets up only when it starts, it can look at itself:
    print(tracefmt.cli.doctor.examine()).

    Exit status: 0 if nothing is wrong, 1 with warnings.
    """
    # here, so that --help does not wait for them
    from tracefmt.cli import terminal  # noqa: PLC0415
    from tracefmt.cli.doctor.examination import examine  # noqa: PLC0415
    from tracefmt.cli.doctor.picture import show  # noqa: PLC0415

    if app is not None:
        _import_attribute(app)
    if module is not None:
        _import(module, "-m")
    report = examine(core_error=core_error)
    show(report, terminal.output())
    if report.traps:
        raise click.exceptions.Exit(1)


def _import_attribute(app: str) -> None:
    module, colon, attribute = app.partition(":")
    if not (module and colon and attribute):
        raise click.BadParameter("write MODULE:ATTR, such as main:app", param_hint="'--app'")
    imported = _import(module, "--app")
    try:
        reduce(getattr, attribute.split("."), imported)
    except AttributeError as error:
        raise click.BadParameter(str(error), param_hint="'--app'") from error


def _import(module: str, option: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise _failed(module, error) from error
        raise click.BadParameter(str(error), param_hint=f"'{option}'") from error
    except Exception as error:
        raise _failed(module, error) from error


def _failed(module: str, error: Exception) -> click.ClickException:
    """Return the exception for a module that raises when imported, with the way to the line."""
    machinery = ("importlib", __file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(part in frame.filename for part in machinery)
    ]
    lines = [*traceback.format_list(frames), *traceback.format_exception_only(error)]
    return click.ClickException(f"importing {module} failed\n{''.join(lines).rstrip()}")
