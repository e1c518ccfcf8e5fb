"""The command line as click sees it: what holds for all commands, and the list of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import click

import tracefmt
from tracefmt.cli.audit.command import audit
from tracefmt.cli.bench.command import bench
from tracefmt.cli.demo.command import demo
from tracefmt.cli.doctor.command import doctor
from tracefmt.cli.find.command import find
from tracefmt.cli.pretty.command import pretty
from tracefmt.cli.trace.command import trace

INTERRUPTED = 130  # as shells give it: 128 and the number of SIGINT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tracefmt.__version__, message=f"%(prog)s %(version)s ({tracefmt.core} core)")
@click.pass_context
def commands(context: click.Context) -> None:
    """
    JSON log lines that carry their OpenTelemetry trace.

    "tracefmt COMMAND --help" says more about a command.
    """
    if context.obj is not None and context.invoked_subcommand != doctor.name:
        raise click.ClickException(f'{context.obj}\n"tracefmt doctor" says more')


commands.add_command(audit)
commands.add_command(bench)
commands.add_command(demo)
commands.add_command(doctor)
commands.add_command(find)
commands.add_command(pretty)
commands.add_command(trace)


def run(arguments: Sequence[str] | None, core_error: ImportError | None = None) -> int:
    """Run the command line and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a frame that ASCII cannot draw is no error
    try:
        status = commands.main(
            arguments if arguments is None else list(arguments),
            prog_name="tracefmt",
            standalone_mode=False,
            obj=core_error,
        )
    except (click.Abort, KeyboardInterrupt):
        click.echo("tracefmt: interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return status if isinstance(status, int) else 0
