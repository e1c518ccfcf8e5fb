"""``python -m tracefmt.cli``."""

from __future__ import annotations

import sys

from tracefmt.cli import main

if __name__ == "__main__":
    sys.exit(main())
