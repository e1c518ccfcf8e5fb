"""The extension file ``tracefmt._rust``: where it is, and whether it loads."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import NamedTuple


class Extension(NamedTuple):
    """
    The Rust core's file.

    Attributes:
        path: where it is; None where there is none.
        version: the version it was built from; None where it does not load.
        error: why it does not load, if so.
    """

    path: str | None = None
    version: str | None = None
    error: str | None = None

    @classmethod
    def find(cls) -> Extension:
        """Look for the file and load it, whatever core is in use."""
        spec = find_spec("tracefmt._rust")
        if spec is None:
            return cls()
        try:
            module = importlib.import_module("tracefmt._rust")
        except Exception as error:
            return cls(spec.origin, None, str(error))
        return cls(spec.origin, str(getattr(module, "VERSION", None)))
