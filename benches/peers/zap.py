"""zap with its JSON encoder, and the ids as fields from the context."""

from __future__ import annotations

from contender import HERE, Program, Traits

LABEL = "zap (Go)"
TRAITS = Traits(
    message="msg",
    leaves_out={"W5": "Go has no exceptions"},
    language="go",
)
setup = Program(
    ("bin/peers", "zap"),
    HERE / "peers" / "go",
    build=("go", "build", "-o", "bin/peers", "."),
)
