"""``tracefmt find``."""

from __future__ import annotations

from datetime import timedelta

import click

from tracefmt.cli.options import POINT, schema_option

NOTHING_FOUND = 1


@click.command(short_help="List the traces whose lines are such and such.")
@click.argument("criteria", nargs=-1, metavar="[KEY=VALUE]... [FILES]...")
@click.option("--since", metavar="TIME", type=POINT, help="15m, 2h30m, or 2026-11-24T03:00:00Z.")
@click.option("--until", metavar="TIME", type=POINT, help="Likewise.")
@click.option(
    "-n",
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many traces, the newest.",
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, a line each.")
@schema_option
def find(
    criteria: tuple[str, ...],
    since: int | timedelta | None,
    until: int | timedelta | None,
    limit: int,
    as_json: bool,
    schema: str | None,
) -> None:
    """
    List the traces whose lines are such and such, the newest last, with their ids.

    KEY=VALUE says what a line must be: service=checkout, level=error (that or above), logger=app
    (that or below), message=refused (a part of it), or any attribute, order_id=7. FILES are log
    files of any schema, or standard input where there are none.

    Exit status: 0, 1 if there are none, 2 if a file cannot be read.
    """
    # here, so that --help does not wait for them
    from tracefmt.cli import terminal  # noqa: PLC0415
    from tracefmt.cli.find import search, show  # noqa: PLC0415

    found = search.search(criteria, since, until, limit, schema)
    if as_json:
        show.as_json(found)
    else:
        show.as_table(found, terminal.output())
    if not found:
        raise click.exceptions.Exit(NOTHING_FOUND)
