"""
The pure-Python core: the reference that the Rust core equals byte for byte.

The same rooms as ``rust/``: what happens to a string is in ``scalar/string`` there and here.
"""

from tracefmt._python.encoder import Encoder
from tracefmt._version import __version__

__all__ = ["NAME", "VERSION", "Encoder"]

NAME = "python"
VERSION = __version__
