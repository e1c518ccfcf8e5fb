"""Datadog: requests of its Logs Analytics, and a monitor."""

from __future__ import annotations

import json

from tracefmt.cli.audit.query.names import Names

# Datadog moves these out of the attributes when it takes a line in.
_RESERVED = {"dd.service": "service", "service": "service", "status": "status", "level": "status"}
_MINUTE = "1m"


def _search(names: Names) -> str:
    """Return the search for lines without an id; Datadog's search has no regular expressions."""
    key = f"@{names.trace_id}"
    return f'(-{key}:* OR {key}:("" OR "0" OR "{"0" * 16}" OR "{"0" * 32}"))'


def _facet(key: str) -> str:
    return _RESERVED.get(key, f"@{key}")


def query(names: Names, source: str) -> str:
    """Return the audit as bodies for ``POST /api/v2/logs/analytics/aggregate``."""
    bodies = []
    for search in (source, f"{source} {_search(names)}"):
        count = {"aggregation": "count", "type": "total"}
        base = {"filter": {"query": search, "from": "now-1h", "to": "now"}, "compute": [count]}
        bodies.append(base)
        bodies += [
            {**base, "group_by": [{"facet": _facet(key), "limit": 100, "missing": "(none)"}]}
            for key in names.groups.values()
        ]
        minutes = {"aggregation": "count", "type": "timeseries", "interval": _MINUTE}
        bodies.append({**base, "compute": [minutes]})
    head = "POST /api/v2/logs/analytics/aggregate\n"
    return "\n\n".join(head + json.dumps(body, indent=2) for body in bodies)


def alert(names: Names, source: str, share: float) -> str:
    """Return a monitor, the body for ``POST /api/v1/monitor``."""
    variables = [
        {
            "name": name,
            "data_source": "logs",
            "indexes": ["*"],
            "search": {"query": search},
            "compute": {"aggregation": "count"},
            "group_by": [{"facet": "service", "limit": 100}],
        }
        for name, search in (("lines", source), ("missing", f"{source} {_search(names)}"))
    ]
    monitor = {
        "name": "Log lines without a trace",
        "type": "log alert",
        "query": f'formula("missing / lines").last("10m") > {share!r}',
        "message": "{{service.name}} writes log lines without a trace id.",
        "options": {"variables": variables, "thresholds": {"critical": share}},
    }
    return f"POST /api/v1/monitor\n{json.dumps(monitor, indent=2)}"
