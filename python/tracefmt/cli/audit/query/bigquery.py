"""BigQuery: a table with a JSON column ``line``."""

from __future__ import annotations

from tracefmt.cli.audit.query import sql
from tracefmt.cli.audit.query.names import Names


def _judged(names: Names, source: str) -> str:
    def member(key: str) -> str:
        return f"JSON_VALUE(line, {sql.quote(_path(key))})"

    key = sql.quote(_path(names.trace_id))
    text = member(names.trace_id)
    kind = sql.kind(
        absent=f"JSON_QUERY(line, {key}) IS NULL",
        null=f"JSON_TYPE(JSON_QUERY(line, {key})) = 'null'",
        value=text,
        zeros=f"REGEXP_CONTAINS({text}, r{sql.quote(f'^({names.zeros})$')})",
        valid=f"REGEXP_CONTAINS({text}, r{sql.quote(f'^({names.valid})$')})",
    )
    return f"""judged AS (
  SELECT
    {member(names.service)} AS service,
    {member(names.logger)} AS logger,
    {sql.level(member(names.level))} AS level,
    TIMESTAMP_TRUNC(SAFE_CAST({member(names.time)} AS TIMESTAMP), MINUTE) AS minute,
    {kind} AS kind
  FROM `{source}` -- line: a column of type JSON
)"""


def _path(key: str) -> str:
    return f'$."{key}"'


def query(names: Names, source: str) -> str:
    """Return the audit: a row for all lines, and one for each group."""
    return f"""
WITH {_judged(names, source)}
SELECT
  CASE
    WHEN GROUPING(service) = 0 THEN 'service' WHEN GROUPING(logger) = 0 THEN 'logger'
    WHEN GROUPING(level) = 0 THEN 'level' WHEN GROUPING(minute) = 0 THEN 'minute' ELSE 'all'
  END AS group_by,
  COALESCE(service, logger, level, CAST(minute AS STRING)) AS name,
  {sql.counts("COUNTIF")}
FROM judged
GROUP BY GROUPING SETS ((), (service), (logger), (level), (minute))
ORDER BY group_by, missing DESC, name;
"""


def alert(names: Names, source: str, share: float) -> str:
    """Return a query that fails where too many lines have no id, to be scheduled with a notice."""
    return f"""
-- schedule it hourly, with a notification on failure
WITH {_judged(names, source)}
SELECT IF(
  COUNTIF(kind <> 'valid') > {share!r} * COUNT(*),
  ERROR(FORMAT('%d of %d lines have no trace id', COUNTIF(kind <> 'valid'), COUNT(*))),
  'ok'
) AS verdict
FROM judged
WHERE minute >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR);
"""
