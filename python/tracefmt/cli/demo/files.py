"""What the services logged, read back from their files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from tracefmt.cli.demo.failure import DemoError


@dataclass(frozen=True)
class Line:
    """One line of a log file: the text as it stands there, and what it says."""

    text: str
    fields: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        """Return the value under a key, or None where the line has none."""
        return self.fields.get(key)

    @property
    def time(self) -> datetime:
        """When it was logged, in UTC."""
        return datetime.strptime(self["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z")


def read(files: Iterable[Path]) -> list[Line]:
    """
    Return the lines of all files, in the order in which they were logged.

    Raises:
        DemoError: a line is not a JSON object (RFC 8259) in UTF-8.
    """
    lines = [line for path in files for line in _lines(path)]
    return sorted(lines, key=lambda line: str(line["timestamp"]))  # of equal length and in UTC


def _lines(path: Path) -> Iterable[Line]:
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:
        raise DemoError(f"{path.name} ends in the middle of a line")
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode()
            fields = json.loads(text, parse_constant=_refuse)
        except ValueError as error:
            raise DemoError(f"{path.name}, line {number} is not JSON: {error}") from error
        if not isinstance(fields, dict):
            raise DemoError(f"{path.name}, line {number} is not a JSON object")
        yield Line(text, fields)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
