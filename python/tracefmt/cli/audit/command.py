"""``tracefmt audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracefmt.cli.audit.query import BACKENDS, write
from tracefmt.cli.options import DURATION, FILES, SHARE, schema_option

EXCEEDED, BAD_INPUT = 1, 2
DEFAULT_SHARE = 0.01


@click.command(short_help="Count the lines of log files that carry no trace id.")
@click.argument("files", nargs=-1, type=FILES)
@click.option(
    "--max-missing",
    metavar="SHARE",
    type=SHARE,
    help="Exit with 1 if more lines than this have no id, such as 1%.",
)
@click.option(
    "--max-broken",
    metavar="SHARE",
    type=SHARE,
    default="0%",
    show_default=True,
    help="Exit with 2 if more lines than this are no JSON.",
)
@click.option(
    "--max-span",
    metavar="DURATION",
    type=DURATION,
    default="1h",
    show_default=True,
    help="A trace whose lines are further apart looks stale.",
)
@click.option(
    "--max-processes",
    metavar="N",
    type=click.IntRange(min=1),
    help="A trace in more processes of one service looks stale.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report as one page, with charts.",
)
@click.option(
    "--query",
    "backend",
    type=click.Choice(list(BACKENDS)),
    help="Print the same audit in a backend's language instead.",
)
@click.option("--alert", is_flag=True, help="With --query: the alert rule for --max-missing.")
@click.option("--from", "source", metavar="PLACE", help="With --query: table, index, selector.")
@schema_option
def audit(
    files: tuple[str, ...],
    max_missing: float | None,
    max_broken: float,
    as_json: bool,
    html: Path | None,
    backend: str | None,
    alert: bool,
    source: str | None,
    schema: str | None,
    **limits: Any,
) -> None:
    """
    Count the lines of log files that carry no trace id.

    Reads FILES of any schema (also .gz and .zst, and rotated sets), or standard input where there
    are none or for "-". An id is missing where it is absent, empty, null, all zeros, "0" or
    malformed. Also lists traces that look stale: ids that were printed long after their request.
    With --query, prints the same audit for where the lines already are.

    Exit status: 0, 1 if --max-missing is exceeded, 2 for bad input: a file that cannot be read, or
    more broken lines than --max-broken allows. A broken line is counted and named, and the audit
    goes on.
    """
    if backend is not None:
        place = source or (files[0] if files else None)
        share = DEFAULT_SHARE if max_missing is None else max_missing
        click.echo(write(backend, schema=schema, source=place, share=share, alert=alert), nl=False)
        return
    if alert or source is not None:
        raise click.UsageError("--alert and --from belong to --query BACKEND")
    # here, so that --help does not wait for them
    from tracefmt.cli import terminal  # noqa: PLC0415
    from tracefmt.cli.audit import page, report, text  # noqa: PLC0415
    from tracefmt.cli.audit.progress import scan_with_progress  # noqa: PLC0415

    found = scan_with_progress(files, schema=schema, **limits)
    verdict = report.Verdict.of(found, max_missing, max_broken)
    if html is not None:
        html.write_text(page.render(found, verdict), encoding="utf-8")
    if as_json:
        click.echo(report.as_json(found, verdict))
    else:
        text.show(found, verdict, terminal.output())
    if verdict.is_bad_input:
        raise click.exceptions.Exit(BAD_INPUT)
    if verdict.is_exceeded:
        raise click.exceptions.Exit(EXCEEDED)
