"""
The audit in the languages of log backends: the same counts, where the lines already are.

A backend is a room here with `query` and `alert`; what differs between schemas is in `Names`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tracefmt.cli.audit.query.names import Names

__all__ = ["BACKENDS", "write"]

# Each with the schema that lines usually have there, and what stands for the lines themselves.
BACKENDS = {
    "loki": ("flat", '{service_name=~".+"}'),
    "elasticsearch": ("ecs", "logs-*"),
    "clickhouse": ("flat", "app.log"),
    "duckdb": ("flat", "app.log"),
    "bigquery": ("flat", "project.dataset.logs"),
    "cloudwatch": ("flat", "/my/log-group"),
    "datadog": ("datadog", "service:*"),
}


def write(
    backend: str, *, schema: str | None, source: str | None, share: float, alert: bool
) -> str:
    """
    Return the audit, or the alert rule, in a backend's language.

    Args:
        backend: one of `BACKENDS`.
        schema: how the lines are laid out; None for what is usual there.
        source: where the lines are: a file, table, index, log group or selector.
        share: how many lines may have no id before the rule alerts, from 0 to 1.
        alert: whether the alert rule is wanted instead of the audit.
    """
    usual, place = BACKENDS[backend]
    room = import_module(f"{__name__}.{backend}")
    names = Names.of(schema or usual)
    function: Callable[..., str] = room.alert if alert else room.query
    if alert:
        return function(names, source or place, share).strip() + "\n"
    return function(names, source or place).strip() + "\n"
