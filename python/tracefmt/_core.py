"""
The only place that chooses a core.

``TRACEFMT_CORE=rust`` or ``python`` forces one; unset, the Rust core is taken where it is there.
Only a core that is *missing* is replaced by the other: one that is broken, or of another version
than the package, raises, since falling back would make every line slower without a word.

Library code reads `core` when it builds an object, never at import, so that tests can run one
suite on both cores in one process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tracefmt._version import __version__
from tracefmt.exceptions import CoreError

if TYPE_CHECKING:
    from tracefmt._cold.exception import ExceptionText
    from tracefmt.schemas import Plan
    from tracefmt.spans import SpanContextSource

    Describer: TypeAlias = Callable[[Any], ExceptionText | None]

VARIABLE = "TRACEFMT_CORE"


class RecordEncoder(Protocol):
    """What turns records into lines, by one plan."""

    def encode_record(self, record: Any) -> bytes:
        """Return the record as one line of JSON in UTF-8, without a newline."""
        ...

    def renderer(
        self, text: bool, variables: Mapping[str, ContextVar[Any]] | None
    ) -> Callable[[Any, str, Any], bytes | str]:
        """
        Return structlog's last processor: it writes event dicts, by the same plan.

        Args:
            text: lines are `str` rather than bytes.
            variables: structlog's context variables by their names, if they are to be read.
        """
        ...


class LineSink(Protocol):
    """What puts lines on a descriptor."""

    def write(self, line: bytes) -> None:
        """Write one line, which has no newline yet."""
        ...

    def emit(self, encoder: Any, record: Any) -> None:
        """Encode a record, with an encoder of the same core, and write its line."""
        ...

    def flush(self) -> None:
        """Write what waits in the buffer."""
        ...

    def between_lines(self, call: Callable[[], object]) -> None:
        """Write what waits and call a function while no line is half written."""
        ...

    def start_on_new_line(self) -> None:
        """Begin the next line on a new one: what the descriptor has ends within a line."""
        ...

    def loss_has_ended(self) -> bool:
        """Whether lines have been lost, and are not any more."""
        ...

    def take_loss(self) -> tuple[int, int, float, int | None] | None:
        """What has been lost: lines dropped and failed, since when, and the last error's number."""
        ...

    def lose(
        self, dropped: int, failed: int, since: float | None = None, error: int | None = None
    ) -> None:
        """Count lines as lost, of which nobody has said so."""
        ...

    def report(self, line: bytes) -> bool:
        """Write a line about lost ones; False where it is lost itself, which is not counted."""
        ...

    def abandon(self) -> None:
        """Count what waits as lost: nobody will write it."""
        ...

    def inherit(self, old: Any) -> None:
        """Take over from a sink that is not used any more: what waits, and what it lost."""
        ...

    def after_fork(self) -> None:
        """In a child process: forget what the parent will write, and whose turn it was."""
        ...

    @property
    def descriptor(self) -> int:
        """The file descriptor."""
        ...


class LineCheckpoint(Protocol):
    """What asks a function before lines go to a file that may have to change."""

    def wake(self) -> None:
        """Ask before the next line."""
        ...


class LineScanner(Protocol):
    """What counts log lines by what their trace id is."""

    def feed(self, data: bytes) -> None:
        """Read what comes next of a file."""
        ...

    def end_file(self) -> None:
        """Take what comes next for another file's."""
        ...

    def result(self) -> dict[str, Any]:
        """Return all that was counted."""
        ...


class Core(Protocol):
    """What ``tracefmt._rust`` and ``tracefmt._python`` both are."""

    @property
    def NAME(self) -> str:  # noqa: N802  # a constant of a module
        """``"rust"`` or ``"python"``."""
        ...

    @property
    def VERSION(self) -> str:  # noqa: N802
        """The version of the package that the core was made for."""
        ...

    @property
    def BackgroundSink(self) -> Any:  # noqa: N802
        """The class of sinks whose lines a thread writes."""
        ...

    @property
    def Checkpoint(  # noqa: N802
        self,
    ) -> Callable[[Callable[[int], tuple[int | None, int | None]], bool], LineCheckpoint]:
        """The class of checkpoints: the function, and whether waiting lines ask too, go in."""
        ...

    @property
    def Encoder(self) -> Callable[[Plan, SpanContextSource, Describer], RecordEncoder]:  # noqa: N802
        """The class of encoders: plan, span source and what describes ``exc_info`` go in."""
        ...

    @property
    def LineHandler(self) -> Any:  # noqa: N802
        """The class of objects whose method stands in for a handler's `handle`, or None."""
        ...

    @property
    def LoggerMethods(self) -> Any:  # noqa: N802
        """The class of objects whose methods stand in for a logger's, or None."""
        ...

    @property
    def Scanner(self) -> Callable[[Any, bool, int | None, int], LineScanner]:  # noqa: N802
        """The class of scanners: rows, whether OTLP is read, longest span, most processes."""
        ...

    @property
    def Sink(self) -> Callable[[int, int, Any, bool], LineSink]:  # noqa: N802
        """The class of sinks: descriptor, size of the buffer, checkpoint, whether it drops."""
        ...

    def counts(self) -> Sequence[tuple[str | None, Sequence[int]]]:
        """Return by logger the lines with a sampled span, an unsampled one, a stale one, none."""
        ...

    def forget_spans(self) -> None:
        """Ask again whose each Context is: a span has become stale."""
        ...

    def reset_counts(self) -> None:
        """Count from zero on."""
        ...


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
                f"{VARIABLE}=rust, but tracefmt._rust is not installed: this is a pure-Python "
                "build. Install cargo and reinstall tracefmt-otel, or unset the variable"
            )
            raise CoreError(msg)
    import tracefmt._python as python  # noqa: PLC0415  # only the core that is used gets imported

    return python


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
            f"tracefmt._rust is of version {version}, the package of {__version__}: a stale build, "
            f"or two installations on one path ({rust.__file__}). Reinstall tracefmt-otel"
        )
        raise CoreError(msg)
    return rust


core: Core = load(os.environ.get(VARIABLE))
NAME = core.NAME


def _after_fork() -> None:
    """Begin a child with no lines of its parent's, and with its spans for stale ones."""
    core.reset_counts()
    core.forget_spans()
    places: Any = sys.modules.get("tracefmt._cold.missing")
    if places is not None:
        places.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
