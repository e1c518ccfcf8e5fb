"""
The script behind the command `tracefmt`.

It stands outside of the package because importing `tracefmt` raises where the Rust core is stale or
broken, and ``tracefmt doctor`` is to say so.
"""

from __future__ import annotations

import os


def main() -> int:
    """Run the command; with the Python core where the other one does not load."""
    try:
        from tracefmt.cli import main as run  # noqa: PLC0415  # may raise, which is the point
    except ImportError as error:  # CoreError is one
        os.environ["TRACEFMT_CORE"] = "python"
        from tracefmt.cli import main as run_without_rust  # noqa: PLC0415

        return run_without_rust(core_error=error)
    return run()
