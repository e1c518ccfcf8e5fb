"""What the demo raises."""

from __future__ import annotations


class DemoError(Exception):
    """The demo could not be run, or a line of its log says something else than it must."""
