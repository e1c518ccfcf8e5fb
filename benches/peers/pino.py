"""pino on Node, with a synchronous destination and the ids by a mixin."""

from __future__ import annotations

from contender import HERE, Program, Traits

LABEL = "pino (Node), sync"
TRAITS = Traits(
    message="msg",
    threads=False,
    language="node",
)
_FOLDER = HERE / "peers" / "node"
setup = Program(
    ("node", "pino.mjs"),
    _FOLDER,
    build=("npm", "ci", "--no-audit", "--no-fund"),
    built=_FOLDER / "node_modules",
)
