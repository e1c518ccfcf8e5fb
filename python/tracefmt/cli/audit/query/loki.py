"""
Grafana Loki: LogQL, and a rule for its ruler.

``| json name="path"`` takes one field out of a line; a label that is not there is the empty
text, so absent, null and empty are one here.  LogQL's regular expressions match the whole label.
"""

from __future__ import annotations

import json

from tracefmt.cli.audit.query.names import Names


def _missing(names: Names) -> str:
    return f'| trace_id !~ "{names.valid}" or trace_id =~ "{names.zeros}"'


def _fields(names: Names) -> str:
    keys = {"trace_id": names.trace_id, **names.groups}
    fields = ", ".join(f"{name}={json.dumps(_path(key))}" for name, key in keys.items())
    return f'| json {fields} | __error__=""'


def _path(key: str) -> str:
    """Return the expression that finds a key, whatever is in it."""
    return f'["{key}"]'


def query(names: Names, source: str) -> str:
    """Return the audit as one query a line: all, by group, by what stands for the id, over time."""
    fields, missing = _fields(names), _missing(names)
    every = f"{source} {fields}"
    parts = [
        "# The share of lines without a trace id, in the range of the dashboard",
        f"sum(count_over_time({every} {missing} [$__range]))",
        f"/ sum(count_over_time({every} [$__range]))",
    ]
    for group in names.groups:
        parts += [
            f"# by {group}: without an id, and in all",
            f"sum by ({group}) (count_over_time({every} {missing} [$__range]))",
            f"sum by ({group}) (count_over_time({every} [$__range]))",
        ]
    kinds = {
        "absent, empty or null": 'trace_id=""',
        '"0"': 'trace_id="0"',
        "zeros": f'trace_id=~"{names.zeros}" | trace_id!="0"',
        "malformed": f'trace_id!="" | trace_id!~"{names.valid}" | trace_id!~"{names.zeros}"',
    }
    for kind, test in kinds.items():
        parts += [f"# {kind}", f"sum(count_over_time({every} | {test} [$__range]))"]
    parts += [
        "# by minute",
        f"sum(count_over_time({every} {missing} [1m]))",
        f"sum(count_over_time({every} [1m]))",
    ]
    return "\n".join(parts)


def alert(names: Names, source: str, share: float) -> str:
    """Return a rule file for the ruler."""
    every = f"{source} {_fields(names)}"
    return f"""
groups:
  - name: tracefmt
    rules:
      - alert: LogLinesWithoutTrace
        expr: |
          sum by (service) (count_over_time({every} {_missing(names)} [10m]))
            / sum by (service) (count_over_time({every} [10m]))
            > {share!r}
        for: 10m
        labels:
          severity: warning
        annotations:
          summary: >-
            {{{{ $labels.service }}}}: {{{{ $value | humanizePercentage }}}} of the lines
            have no trace id
"""
