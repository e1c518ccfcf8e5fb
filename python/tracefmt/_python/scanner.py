"""`Scanner`: counts lines, and gives the counts out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["Scanner"]


class Scanner:
    """Counts log lines by what their trace id is, in bounded memory."""

    def __init__(
        self,
        rows: Sequence[tuple[int, str, Sequence[str], bool]],
        otlp: bool,
        max_span: int | None,
        max_processes: int,
    ) -> None:
        # here, so that `import tracefmt` does not wait for what only an audit needs
        from tracefmt._python.scan import Scan  # noqa: PLC0415
        from tracefmt._python.scan.traces import Traces  # noqa: PLC0415

        self._scan = Scan(rows, otlp, Traces(max_span, max_processes))

    def feed(self, data: bytes) -> None:
        """Read what comes next of a file."""
        self._scan.feed(data)

    def end_file(self) -> None:
        """Take what comes next for another file's."""
        self._scan.end_file()

    def result(self) -> dict[str, Any]:
        """Return all that was counted."""
        return self._scan.result()
