"""
The only place that chooses a core.

``TRACEFMT_CORE=rust`` or ``python`` forces one; unset, the Rust core is taken where it is there.
Only a core that is *missing* is replaced by the other: one that is broken, or of another version
than the package, raises, since falling back would make every line slower without a word.

Library code reads `core` when it builds an object, never at import, so that tests can run one suite on
both cores in one process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from tracefmt._version import __version__
from tracefmt.exceptions import CoreError

if TYPE_CHECKING:
    from tracefmt._cold.exception import ExceptionText
    from tracefmt.schemas import Plan
    from tracefmt.spans import SpanContextSource

VARIABLE = "TRACEFMT_CORE"


class EncoderProtocol(Protocol):
    """What turns a record into one line, by one plan."""

    def __init__(
        self,
        plan: Plan,
        span_source: SpanContextSource,
        describe_exception: Callable[[Any], ExceptionText | None],
    ) -> None: ...

    def encode_record(self, record: Any) -> bytes:
        """Return the record as one line of JSON in UTF-8, without a newline."""
        ...


class Core(Protocol):
    """What ``tracefmt._rust`` and ``tracefmt._python`` both are."""

    NAME: str
    VERSION: str
    Encoder: type[EncoderProtocol]


def load(wanted: str | None) -> Core:
    """
    Return the core of that name; None or an empty name takes Rust where it is there.

    Raises:
        CoreError: the name is unknown, or the Rust core is demanded and missing, or is stale.
        ImportError: the Rust core is there and does not load.
    """
    if wanted not in (None, "", "rust", "python"):
        msg = f"{VARIABLE}={wanted}: write rust or python"
        raise CoreError(msg)
    if wanted != "python":
        rust = _rust()
        if rust is not None:
            return rust
        if wanted == "rust":
            msg = (
                f"{VARIABLE}=rust, but tracefmt._rust is not installed: this is a pure-Python build. "
                "Install cargo and reinstall tracefmt-otel, or unset the variable"
            )
            raise CoreError(msg)
    import tracefmt._python as python  # noqa: PLC0415  # only the core that is used gets imported

    return _as_core(python)


def _rust() -> Core | None:
    try:
        # `from tracefmt import _rust` would raise a plain ImportError here, without this name
        import tracefmt._rust as rust  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "tracefmt._rust":
            raise
        return None
    version = getattr(rust, "VERSION", None)
    if version != __version__:
        msg = (
            f"tracefmt._rust is of version {version}, the package of {__version__}: a stale build, or "
            f"two installations on one path ({rust.__file__}). Reinstall tracefmt-otel"
        )
        raise CoreError(msg)
    return _as_core(rust)


def _as_core(module: ModuleType | Core) -> Core:
    return module  # type: ignore[return-value]


core: Core = load(os.environ.get(VARIABLE))
NAME = core.NAME
