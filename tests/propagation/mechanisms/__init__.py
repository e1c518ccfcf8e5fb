"""
The rows of the table in docs/propagation.md: each mechanism of Python, alone and with tracefmt.

A row is a generator function that takes whether tracefmt is to carry, and yields a function that
has the mechanism call `seen` and returns what that saw.  It is set up in span 1; then the function
is called in spans 1 and 2 and in none.
"""

from importlib import import_module

from tests.propagation.mechanisms.rows import ROWS, observe

# in the order of the page
for _name in ("loops", "threads", "processes", "generators", "hooks", "greenlets"):
    import_module(f"{__name__}.{_name}")

__all__ = ["ROWS", "observe"]
