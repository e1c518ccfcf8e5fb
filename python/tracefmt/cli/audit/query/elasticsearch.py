"""Elasticsearch: the search API, and a rule of Kibana over ES|QL."""

from __future__ import annotations

import json
from typing import Any

from tracefmt.cli.audit.query.names import Names


def _valid(names: Names) -> dict[str, Any]:
    key = names.trace_id
    return {
        "bool": {
            "filter": [{"regexp": {key: names.valid}}],
            "must_not": [{"regexp": {key: names.zeros}}],
        }
    }


def query(names: Names, source: str) -> str:
    """Return the audit as a request, to be pasted into Kibana's console."""
    key = names.trace_id
    missing = {"missing": {"filter": {"bool": {"must_not": [_valid(names)]}}}}
    groups = {
        group: {"terms": {"field": name, "size": 100, "missing": "(none)"}, "aggs": missing}
        for group, name in names.groups.items()
    }
    has = {"exists": {"field": key}}
    kinds = {
        # Elasticsearch does not tell absent from null
        "absent or null": {"bool": {"must_not": [has]}},
        "empty": {"term": {key: ""}},
        "0": {"term": {key: "0"}},
        "zeros": {
            "bool": {"filter": [{"regexp": {key: names.zeros}}], "must_not": [{"term": {key: "0"}}]}
        },
        "malformed": {
            "bool": {
                "filter": [has],
                "must_not": [
                    {"regexp": {key: names.valid}},
                    {"regexp": {key: names.zeros}},
                    {"term": {key: ""}},
                ],
            }
        },
    }
    body = {
        "size": 0,
        "track_total_hits": True,
        "aggs": {
            **missing,
            "kinds": {"filters": {"filters": kinds}},
            **groups,
            "minute": {
                "date_histogram": {"field": names.time, "fixed_interval": "1m", "min_doc_count": 1},
                "aggs": missing,
            },
        },
    }
    return f"POST /{source}/_search\n{json.dumps(body, indent=2)}"


def alert(names: Names, source: str, share: float) -> str:
    """Return a request that makes the rule, for Kibana's console."""
    valid = (
        f'`{names.trace_id}` RLIKE "{names.valid}" AND NOT `{names.trace_id}` RLIKE "{names.zeros}"'
    )
    esql = (
        f"FROM {source} | EVAL missing = CASE({valid}, 0, 1) "
        f"| STATS lines = COUNT(*), missing = SUM(missing) BY `{names.service}` "
        f"| EVAL share = TO_DOUBLE(missing) / lines | WHERE share > {share!r}"
    )
    body = {
        "name": "Log lines without a trace",
        "rule_type_id": ".es-query",
        "consumer": "alerts",
        "schedule": {"interval": "10m"},
        "actions": [],
        "params": {
            "searchType": "esqlQuery",
            "esqlQuery": {"esql": esql},
            "timeField": names.time,
            "timeWindowSize": 10,
            "timeWindowUnit": "m",
            "threshold": [0],
            "thresholdComparator": ">",
            "size": 100,
        },
    }
    return f"POST kbn:/api/alerting/rule\n{json.dumps(body, indent=2)}"
