"""Let the tests import what is in benches/, and be timed where they are asked to be."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCHES = Path(__file__).parents[2] / "benches"
ASKS = ("benchmark_only", "benchmark_enable", "benchmark_save", "benchmark_autosave")

sys.path.insert(0, str(BENCHES))


def once(function, *arguments):
    return function(*arguments)


if find_spec("pytest_benchmark") is None:

    @pytest.fixture
    def benchmark():
        """Call what would be timed, once."""
        return once

else:

    @pytest.fixture
    def benchmark(benchmark, pytestconfig):
        """Time it if the command line asks for that; else call it once."""
        asked = any(pytestconfig.getoption(option) for option in ASKS)
        benchmark.disabled = benchmark.disabled or not asked
        return benchmark
