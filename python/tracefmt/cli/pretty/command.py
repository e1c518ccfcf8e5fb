"""``tracefmt pretty``."""

from __future__ import annotations

import click

from tracefmt.cli.options import FILES, schema_option


@click.command(short_help="Show JSON lines as people read them.")
@click.argument("files", nargs=-1, type=FILES)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is appended, as tail -F does.")
@click.option("-n", "--lines", metavar="N", type=click.IntRange(min=0), help="Only the last N.")
@click.option("-l", "--level", metavar="LEVEL", help="This level and above, such as warning.")
@click.option("--logger", metavar="NAME", multiple=True, help="This logger and those below it.")
@click.option("--service", metavar="NAME", multiple=True, help="This service.")
@click.option("--trace", metavar="ID", help="This trace; the first digits will do.")
@click.option(
    "--ids",
    type=click.Choice(["short", "full", "none"]),
    help="How trace ids are shown.  [default: short on a terminal, full in a pipe]",
)
@click.option("--utc", is_flag=True, help="Times in UTC, not in the local time zone.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colours; NO_COLOR counts too.",
)
@schema_option
def pretty(
    files: tuple[str, ...],
    follow: bool,
    lines: int | None,
    level: str | None,
    logger: tuple[str, ...],
    service: tuple[str, ...],
    trace: str | None,
    ids: str | None,
    utc: bool,
    color: str,
    schema: str | None,
) -> None:
    """
    Show JSON lines of any schema as people read them.

    Reads FILES (also .gz and .zst, and rotated sets in their order), or standard input where there
    are none or for "-". Lines that are not JSON are shown as they are.

    A trace id has a colour of its own, so that the eye can follow it. A dotted place says that the
    line has no trace.

    Exit status: 0, or 2 where a file cannot be read.
    """
    # here, so that --help does not wait for them
    from tracefmt.cli.pretty import filters, painter, show  # noqa: PLC0415

    colours = painter.use_colours(color)
    show.show(
        files,
        schema=schema,
        wanted=filters.Filter.of(level, logger, service, trace),
        painter=painter.Painter(colours=colours, ids=ids or painter.default_ids(), utc=utc),
        last=lines,
        follow=follow,
    )
