"""``python -m tracefmt.cli.demo.services NAME FILE [mended]``: a service, until stdin ends."""

from __future__ import annotations

import sys

from tracefmt.cli.demo.services import checkout, gateway, payments
from tracefmt.cli.demo.services.serving import serve

BUILDERS = {"gateway": gateway.build, "checkout": checkout.build, "payments": payments.build}

if __name__ == "__main__":
    name, filename, *more = sys.argv[1:]
    serve(name, filename, BUILDERS[name], mended=more == ["mended"])
