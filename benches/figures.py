"""A record, to be asked for its figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contender import CALL, FORMAT, HERE

__all__ = ["CALL", "FORMAT", "Record", "newest"]


class Record:
    """One file of ``record/``; costs are least CPU times for a line, in nanoseconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, Any] = json.loads(path.read_text())
        self._figures = {
            (one["contender"], one["stage"], one["workload"], one["sink"], one["threads"]): one
            for one in self.data["figures"]
        }

    def figure(
        self, name: str, stage: str, workload: str, sink: str = "null", threads: int = 1
    ) -> dict[str, Any] | None:
        """Return one figure, or None where there is none."""
        return self._figures.get((name, stage, workload, sink, threads))

    def cost(self, name: str, stage: str, workload: str, *where: Any) -> float | None:
        """Return the least CPU time for one line, or None."""
        figure = self.figure(name, stage, workload, *where)
        return None if figure is None else figure["least_ns"]

    def label(self, name: str, stage: str = CALL) -> str:
        """Return what a contender is called; a handler's formatter where that is measured."""
        label = str(self.data["contenders"][name]["label"])
        return label.replace(".StreamHandler", ".Formatter") if stage == FORMAT else label

    def language(self, name: str) -> str:
        """Return what a contender is written for."""
        return str(self.data["contenders"][name]["traits"]["language"])

    def names(self) -> list[str]:
        """Return the contenders that were there."""
        return list(self.data["contenders"])


def newest() -> Path:
    """Return the newest record of a run."""
    return max((HERE / "record").glob("????-??-??-*.json"), key=lambda path: path.name)
