"""
Every exception that tracefmt raises, all of them while something is being configured.

::

    TracefmtError
    ├── ConfigurationError   (also a ValueError)   an option has a value that cannot work
    └── CoreError            (also an ImportError) the wanted core cannot be used

Formatting a record never raises: what could not be written is named in the line.
"""

from __future__ import annotations

__all__ = ["ConfigurationError", "CoreError", "TracefmtError"]


class TracefmtError(Exception):
    """The root of all exceptions of this package."""


class ConfigurationError(TracefmtError, ValueError):
    """
    An option, a schema or a source cannot work as given.

    The message says what was given and what to write instead.
    """


class CoreError(TracefmtError, ImportError):
    """The Rust core is missing although demanded, or belongs to another version of the package."""
