"""``tracefmt bench``."""

from __future__ import annotations

import json

import click

SECONDS = 0.006  # about what a turn takes


@click.command(short_help="Measure what a line and its trace ids cost on this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--rounds",
    metavar="N",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    help="How many turns each contender gets; the least value counts.",
)
def bench(as_json: bool, rounds: int) -> None:
    """
    Measure what a line and its trace ids cost on this machine.

    Compares logging's own formatter and handlers with tracefmt's, on both cores if both are there,
    all in turns in this process, and shows the least CPU time for one line. It takes a few seconds
    and needs nothing else installed; the comparison with other libraries is benches/run.py in the
    project.

    Exit status: 0, or 1 if a line was not there or without its ids.
    """
    # here, so that --help does not wait for them
    from tracefmt.cli import terminal  # noqa: PLC0415
    from tracefmt.cli.bench.contenders import BenchError  # noqa: PLC0415
    from tracefmt.cli.bench.measurement import measure  # noqa: PLC0415
    from tracefmt.cli.bench.picture import show  # noqa: PLC0415

    try:
        with terminal.progress() as progress:
            task = progress.add_task("measuring", total=rounds)
            report = measure(
                rounds=rounds, seconds=SECONDS, after_round=lambda: progress.advance(task)
            )
    except BenchError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(report.as_data(), indent=2))
    else:
        show(report, terminal.output())
