"""``tracefmt demo``."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tracefmt.cli import needs

MODULES = (
    *("opentelemetry.sdk", "opentelemetry.instrumentation.asgi"),
    *("opentelemetry.instrumentation.httpx", "starlette", "uvicorn", "httpx"),
)


@click.command(short_help="Run three services and follow one failure by its trace.")
@click.option(
    "--requests",
    metavar="N",
    type=click.IntRange(min=2),
    default=300,
    show_default=True,
    help="How many orders to send; every tenth fails.",
)
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many orders are on their way at the same time.",
)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the log files and the pages of audit and trace in DIR; older ones are replaced.",
)
def demo(requests: int, concurrency: int, keep: Path | None) -> None:
    """
    Run three services that log through tracefmt, and follow one failure by its trace.

    Gateway, checkout and payments run as processes of their own, on free ports of 127.0.0.1, with
    the OpenTelemetry SDK between them. Orders are sent to the gateway; every tenth fails in
    payments. Then the log lines show, step by step, what went wrong and where.

    Exit status: 0 if the lines hold all that they must, 1 if not, 130 after Ctrl-C.
    """
    line = needs("tracefmt demo", MODULES, "demo")
    if line is not None:
        click.echo(line, err=True)
        raise click.exceptions.Exit(1)
    # here, so that --help does not wait for them
    from tracefmt.cli.demo.failure import DemoError  # noqa: PLC0415
    from tracefmt.cli.demo.story import run_and_tell  # noqa: PLC0415

    try:
        with _terminated_like_interrupted(), _folder(keep) as folder:
            run_and_tell(folder, requests, concurrency, kept=keep is not None)
    except DemoError as error:
        raise click.ClickException(str(error)) from error


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="tracefmt-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror}"
        raise click.BadParameter(message, param_hint="'--keep'") from error
    if not os.access(keep, os.W_OK | os.X_OK):
        raise click.BadParameter("cannot be written to", param_hint="'--keep'")
    yield keep


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM clean up as Ctrl-C does: services ended, temporary files removed."""

    def stop(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
