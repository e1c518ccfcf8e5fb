"""zerolog, and a hook that adds the ids from the event's context."""

from __future__ import annotations

from contender import HERE, Program, Traits

LABEL = "zerolog (Go)"
TRAITS = Traits(
    message="message",
    leaves_out={"W5": "Go has no exceptions"},
    language="go",
)
setup = Program(
    ("bin/peers", "zerolog"),
    HERE / "peers" / "go",
    build=("go", "build", "-o", "bin/peers", "."),
)
