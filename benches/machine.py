"""What a figure depends on besides the code: the machine, the interpreter, the versions."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import tracefmt
from tracefmt import _core


def facts() -> dict[str, Any]:
    """Return what a reader needs to know to compare."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(_memory() / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "tracefmt": tracefmt.__version__,
        "cores_of_tracefmt": [name for name in ("rust", "python") if _has(name)],
        "opentelemetry-api": _version("opentelemetry-api"),
    }


def _has(core: str) -> bool:
    try:
        return core == _core.load(core).NAME
    except ImportError:
        return False


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2] for line in text.splitlines() if line.startswith("model name")]
    return names[0].strip() if names else platform.processor()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
