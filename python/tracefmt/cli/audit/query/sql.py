"""What the SQL of all backends has in common."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["GROUPS", "KINDS", "counts", "kind", "level", "quote"]

KINDS = ("absent", "empty", "null", "zeros", "0", "malformed")
GROUPS = ("service", "logger", "level", "minute")


def quote(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def kind(*, absent: str, null: str, value: str, valid: str, zeros: str) -> str:
    """Return the expression that says what stands for the id; the arguments are expressions."""
    return f"""CASE
      WHEN {absent} THEN 'absent'
      WHEN {null} THEN 'null'
      WHEN {value} = '' THEN 'empty'
      WHEN {value} = '0' THEN '0'
      WHEN {zeros} THEN 'zeros'
      WHEN {valid} THEN 'valid'
      ELSE 'malformed'
    END"""


def level(value: str) -> str:
    """Return the expression for a level by the names of `logging`."""
    return (
        f"CASE lower({value}) WHEN 'warn' THEN 'warning' WHEN 'fatal' THEN 'critical' "
        f"WHEN 'err' THEN 'error' ELSE lower({value}) END"
    )


def counts(count_if: str, kinds: Iterable[str] = KINDS) -> str:
    """Return the columns of counts; ``count_if`` is the backend's function."""
    columns = [
        "count(*) AS lines",
        f"{count_if}(kind <> 'valid') AS missing",
        f"round({count_if}(kind <> 'valid') / count(*), 6) AS missing_share",
        *(f"{count_if}(kind = '{kind}') AS id_{kind}" for kind in kinds),
    ]
    return ",\n  ".join(columns)
