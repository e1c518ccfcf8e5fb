"""
The build backend (PEP 517, PEP 660): the Rust core with cargo, the pure package without it.

maturin builds wheels with the Rust core, but cannot build at all without cargo; hatchling builds
the pure wheel, and always the sdist, which therefore needs no cargo.  This module only chooses
between the two.  What decides, first match wins:

- ``--config-settings core=python`` or ``core=rust``;
- the environment variable ``TRACEFMT_BUILD=pure`` or ``TRACEFMT_BUILD=rust``;
- whether there is a ``cargo`` on PATH.

There are no ``prepare_metadata_for_build_*`` hooks: without them a frontend builds the wheel once
and reads the metadata from it.

Both builders are imported late, because a frontend installs only the one that
``get_requires_for_build_*`` asks for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MATURIN = "maturin>=1.9.4,<2"  # the first that sets PYO3_BUILD_EXTENSION_MODULE
HATCHLING = "hatchling>=1.27,<2"  # the first that knows PEP 639 licences

CORES = {"": None, "auto": None, "rust": "rust", "python": "python", "pure": "python"}

NO_CARGO = """\
tracefmt: the Rust core was asked for, but there is no cargo on PATH.
Install Rust (1.85 or newer), or set TRACEFMT_BUILD=pure to build the pure-Python package."""

NO_CARGO_SO_PURE = """\
tracefmt: there is no cargo on PATH, so this builds the pure-Python package.
It writes the same bytes, slower.  Set TRACEFMT_BUILD=rust to demand the Rust core."""

BUILD_FAILED = """\
tracefmt: cargo is there, but the Rust core did not build; its own message is above.
To install the pure-Python package instead, set TRACEFMT_BUILD=pure
(or pass --config-settings core=python)."""


def chosen_core(config_settings: Mapping[str, Any] | None) -> str:
    """Return ``"rust"`` or ``"python"``; exit with a message where that cannot be."""
    if config_settings and "core" in config_settings:
        name, setting = "--config-settings core", str(config_settings["core"])
    else:
        name, setting = "TRACEFMT_BUILD", os.environ.get("TRACEFMT_BUILD", "")
    if setting not in CORES:
        sys.exit(f"tracefmt: {name}={setting} is unknown; write rust, pure or auto.")
    core = CORES[setting]
    if core == "python" or shutil.which("cargo"):
        return core or "rust"
    if core == "rust":
        sys.exit(NO_CARGO)
    print(NO_CARGO_SO_PURE)
    return "python"


@contextlib.contextmanager
def _way_out() -> Iterator[None]:
    try:
        yield
    except SystemExit:  # maturin's way to say that cargo failed
        print(BUILD_FAILED, file=sys.stderr)
        raise


def get_requires_for_build_sdist(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    return [HATCHLING]


def get_requires_for_build_wheel(config_settings: Mapping[str, Any] | None = None) -> list[str]:
    return [MATURIN if chosen_core(config_settings) == "rust" else HATCHLING]


get_requires_for_build_editable = get_requires_for_build_wheel


def build_sdist(sdist_directory: str, config_settings: Mapping[str, Any] | None = None) -> str:
    import hatchling.build

    return hatchling.build.build_sdist(sdist_directory)


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    if chosen_core(config_settings) == "rust":
        import maturin

        with _way_out():
            return maturin.build_wheel(wheel_directory, config_settings)

    import hatchling.build

    return hatchling.build.build_wheel(wheel_directory)


def build_editable(
    wheel_directory: str,
    config_settings: Mapping[str, Any] | None = None,
    metadata_directory: str | None = None,
) -> str:
    if chosen_core(config_settings) == "rust":
        import maturin

        with _way_out():
            return maturin.build_editable(wheel_directory, config_settings)

    import hatchling.build

    return hatchling.build.build_editable(wheel_directory)
