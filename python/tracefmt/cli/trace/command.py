"""``tracefmt trace``."""

from __future__ import annotations

from pathlib import Path

import click

from tracefmt.cli.options import FILES, schema_option

NOTHING_FOUND = 1


@click.command(short_help="Show all lines of one trace, under its spans.")
@click.argument("trace_id")
@click.argument("files", nargs=-1, type=FILES)
@click.option(
    "--spans",
    metavar="FILE",
    multiple=True,
    type=FILES,
    help="OTLP/JSON spans, of the Collector's file exporter or an SDK's; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the trace as JSON.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the trace as one page, a waterfall.",
)
@schema_option
def trace(
    trace_id: str,
    files: tuple[str, ...],
    spans: tuple[str, ...],
    as_json: bool,
    html: Path | None,
    schema: str | None,
) -> None:
    """
    Show all lines of one trace, across services, in time order.

    TRACE_ID is 32 hex digits, or the first of them; FILES are log files of any schema, or standard
    input where there are none. With --spans the lines hang under their spans, with timings, and the
    span that failed is marked: the innermost with an error status, or else the one that took most
    time of its own.

    Exit status: 0, 1 if the trace is nowhere in there, 2 if a file cannot be read or the digits
    are those of several traces.
    """
    # here, so that --help does not wait for them
    from tracefmt.cli import terminal  # noqa: PLC0415
    from tracefmt.cli.trace import as_data, page, search, text, tree  # noqa: PLC0415

    found = search.search(trace_id, files, spans, schema)
    if not found.lines and not found.spans:
        click.echo(f"no line and no span of trace {trace_id}", err=True)
        raise click.exceptions.Exit(NOTHING_FOUND)
    whole = tree.build(found)
    if html is not None:
        html.write_text(page.render(whole), encoding="utf-8")
    if as_json:
        click.echo(as_data.as_json(whole))
    else:
        text.show(whole, terminal.output())
