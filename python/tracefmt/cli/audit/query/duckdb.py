"""DuckDB, over files."""

from __future__ import annotations

from tracefmt.cli.audit.query import sql
from tracefmt.cli.audit.query.names import Names


def _path(key: str) -> str:
    return sql.quote('$."' + key.replace('"', '\\"') + '"')


def _judged(names: Names, source: str) -> str:
    text = f"json ->> {_path(names.trace_id)}"
    kind = sql.kind(
        absent=f"json_type(json, {_path(names.trace_id)}) IS NULL",
        null=f"json_type(json, {_path(names.trace_id)}) = 'NULL'",
        value=f"({text})",
        zeros=f"regexp_full_match({text}, {sql.quote(names.zeros)})",
        valid=f"regexp_full_match({text}, {sql.quote(names.valid)})",
    )
    return f"""judged AS (
  SELECT
    json ->> {_path(names.service)} AS service,
    json ->> {_path(names.logger)} AS logger,
    {sql.level(f"(json ->> {_path(names.level)})")} AS level,
    date_trunc('minute', TRY_CAST(json ->> {_path(names.time)} AS TIMESTAMP)) AS minute,
    {kind} AS kind
  FROM read_ndjson_objects({sql.quote(source)}, ignore_errors = true)
  WHERE json_type(json) = 'OBJECT'
)"""


def query(names: Names, source: str) -> str:
    """Return the audit: a row for all lines, and one for each group."""
    return f"""
WITH {_judged(names, source)}
SELECT
  CASE
    WHEN grouping(service) = 0 THEN 'service' WHEN grouping(logger) = 0 THEN 'logger'
    WHEN grouping(level) = 0 THEN 'level' WHEN grouping(minute) = 0 THEN 'minute' ELSE 'all'
  END AS "by",
  coalesce(service, logger, level, CAST(minute AS VARCHAR)) AS name,
  {sql.counts("count_if")}
FROM judged
GROUP BY GROUPING SETS ((), (service), (logger), (level), (minute))
ORDER BY "by", missing DESC, name;
"""


def alert(names: Names, source: str, share: float) -> str:
    """Return a query that gives a row where too many lines have no id, and else none."""
    return f"""
-- a row where more than {share:.4%} of the lines have no trace id, and else none
WITH {_judged(names, source)}
SELECT count(*) AS lines, count_if(kind <> 'valid') AS missing
FROM judged
HAVING count_if(kind <> 'valid') > {share!r} * count(*);
"""
