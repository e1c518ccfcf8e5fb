"""What a schema calls the fields that an audit asks for."""

from __future__ import annotations

from dataclasses import dataclass

import click

from tracefmt.reading import layouts

# An id, in each of its forms; `tracefmt.reading.trace_id` says why these.
_HEX = "[0-9a-fA-F]{32}"
_FORMS = {
    "gcp": f"(projects/.+/traces/)?{_HEX}",
    "aws": f"({_HEX}|1-[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{24}})",
    "datadog": f"({_HEX}|[0-9]{{1,20}})",
}
_ZEROS = "(projects/.+/traces/)?0+|1-0{8}-0{24}"


@dataclass(frozen=True)
class Names:
    """
    The fields of a schema.

    Attributes:
        time: the key of the time; likewise the others.
        valid: a regular expression that a whole id matches, if it is not all zeros.
        zeros: one that an id of zeros matches.
    """

    time: str
    level: str
    logger: str
    service: str
    trace_id: str
    valid: str
    zeros: str = _ZEROS

    @classmethod
    def of(cls, schema: str) -> Names:
        """
        Return the fields of a schema.

        Raises:
            click.UsageError: its lines are trees, which no query of this kind reads.
        """
        if schema == layouts.OTLP:
            raise click.UsageError(
                "lines of OTLP/JSON are trees; query them where a backend has taken them in, "
                "with --schema opentelemetry"
            )
        layout = layouts.named(schema)
        general = layouts.named("opentelemetry")
        keys = {
            member: (layout.get(member) or general[member])[0]
            for member in ("time", "level", "logger", "service", "trace_id")
        }
        return cls(**keys, valid=_FORMS.get(schema, _HEX))

    @property
    def groups(self) -> dict[str, str]:
        """What lines are counted by besides the minute, and its key."""
        return {"service": self.service, "logger": self.logger, "level": self.level}
