"""What an import costs: CPU time in a fresh process that has imported `logging` already."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

# the module that an application imports, for each package that it may choose
MODULES = (
    *(
        "json",
        "opentelemetry.trace",
        "tracefmt",
        "pythonjsonlogger.json",
        "pythonjsonlogger.orjson",
    ),
    *("structlog", "ecs_logging", "loguru", "logust", "logxide", "orjson"),
)
SOURCE = """
import logging, sys, time
started = time.process_time_ns()
import {module}
print(time.process_time_ns() - started)
"""


def measure(rounds: int) -> list[dict[str, Any]]:
    """Return the cost of each import in milliseconds; one that fails is left out."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as cache:  # compiled in the first round, read in the others
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(rounds + 1):
            for module in MODULES:
                cost = _once(module, environment)
                if cost is not None:
                    found.setdefault(module, []).append(cost)
    return [
        {
            "module": module,
            "least_ms": round(min(costs), 2),
            "median_ms": round(statistics.median(costs[1:]), 2),
        }
        for module, costs in found.items()
    ]


def _once(module: str, environment: dict[str, str]) -> float | None:
    done = subprocess.run(
        [sys.executable, "-c", SOURCE.format(module=module)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return int(done.stdout) / 1e6 if done.returncode == 0 else None
