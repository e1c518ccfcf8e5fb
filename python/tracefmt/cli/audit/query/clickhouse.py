"""ClickHouse, over files (clickhouse-local, chdb) or any table with a text column ``line``."""

from __future__ import annotations

from tracefmt.cli.audit.query import sql
from tracefmt.cli.audit.query.names import Names


def _judged(names: Names, source: str) -> str:
    key = sql.quote(names.trace_id)
    # a text, or a number's digits; '' where there is neither
    text = f"if(type = 'String', JSONExtractString(line, {key}), JSONExtractRaw(line, {key}))"
    kind = sql.kind(
        absent=f"NOT JSONHas(line, {key})",
        null="type = 'Null'",
        value="id",
        zeros=f"match(id, {sql.quote(f'^({names.zeros})$')})",
        valid=f"match(id, {sql.quote(f'^({names.valid})$')})",
    )

    def member(name: str) -> str:
        quoted = sql.quote(name)
        return f"JSONExtract(line, {quoted}, 'Nullable(String)')"

    return f"""judged AS (
  SELECT
    {member(names.service)} AS service,
    {member(names.logger)} AS logger,
    {sql.level(member(names.level))} AS level,
    toStartOfMinute(toDateTimeOrNull(
      replaceOne(substring({member(names.time)}, 1, 19), 'T', ' '), 'UTC')) AS minute,
    JSONType(line, {key}) AS type,
    {text} AS id,
    {kind} AS kind
  FROM file({sql.quote(source)}, 'LineAsString') -- or a table of yours
  WHERE isValidJSON(line) AND JSONType(line) = 'Object'
)"""


def query(names: Names, source: str) -> str:
    """Return the audit: a row for all lines, and one for each group."""
    return f"""
WITH {_judged(names, source)}
SELECT
  multiIf(grouping(service) = 0, 'service', grouping(logger) = 0, 'logger',
    grouping(level) = 0, 'level', grouping(minute) = 0, 'minute', 'all') AS by,
  coalesce(service, logger, level, toString(minute)) AS name,
  {sql.counts("countIf")}
FROM judged
GROUP BY GROUPING SETS ((), (service), (logger), (level), (minute))
ORDER BY by, missing DESC, name
SETTINGS group_by_use_nulls = 1, force_grouping_standard_compatibility = 1;
"""


def alert(names: Names, source: str, share: float) -> str:
    """Return a query that gives a row where too many lines have no id, and else none."""
    return f"""
-- a row where more than {share:.4%} of the lines have no trace id, and else none
WITH {_judged(names, source)}
SELECT count(*) AS lines, countIf(kind <> 'valid') AS missing
FROM judged
HAVING missing > {share!r} * lines;
"""
