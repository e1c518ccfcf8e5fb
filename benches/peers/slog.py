"""Go's log/slog with its JSON handler, and a handler that adds the ids from the context."""

from __future__ import annotations

from contender import HERE, Program, Traits

LABEL = "slog (Go)"
TRAITS = Traits(
    message="msg",
    leaves_out={"W5": "Go has no exceptions"},
    language="go",
)
setup = Program(
    ("bin/peers", "slog"),
    HERE / "peers" / "go",
    build=("go", "build", "-o", "bin/peers", "."),
)
