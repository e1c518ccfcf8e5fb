"""What every contender logs: data alone, from the one place that the wheel has too."""

from __future__ import annotations

import datetime
import json
from typing import Any

from tracefmt.cli.bench.workloads import LOGGER, SPAN_ID, TRACE_ID, WORKLOADS, Workload

__all__ = ["LOGGER", "SPAN_ID", "TRACE_ID", "WORKLOADS", "Workload", "as_json"]


def as_json(workload: Workload) -> str:
    """Return the same data for contenders that are not written in Python."""
    data = {
        "logger": LOGGER,
        "name": workload.name,
        "message": workload.message,
        "args": workload.args,
        "fields": dict(workload.fields),
        "enabled": workload.enabled,
        "exception": workload.exception,
        "trace_id": f"{TRACE_ID:032x}" if workload.in_span else None,
        "span_id": f"{SPAN_ID:016x}" if workload.in_span else None,
    }
    return json.dumps(data, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
