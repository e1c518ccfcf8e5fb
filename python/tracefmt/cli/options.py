"""Arguments and options that more than one command takes."""

from __future__ import annotations

from typing import Any, TypeVar

import click

from tracefmt.reading import layouts

__all__ = ["FILES", "schema_option"]

_Command = TypeVar("_Command", bound=Any)

FILES = click.Path(allow_dash=True, dir_okay=False)


def schema_option(command: _Command) -> _Command:
    """Add ``--schema``, for lines whose schema shall not be guessed."""
    option = click.option(
        "--schema",
        metavar="NAME",
        type=click.Choice(layouts.names()),
        help=f"Read this schema alone: {', '.join(layouts.names())}.  [default: any]",
    )
    return option(command)
