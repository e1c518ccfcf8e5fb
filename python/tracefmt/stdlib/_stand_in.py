"""The native method that stands in for a handler's `handle`, as long as nobody would notice."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Mapping
from typing import Any

from tracefmt import _core
from tracefmt.stdlib._flush import IntervalFlusher

# What a subclass overrides to change how a record is handled.
_HANDLING = frozenset(
    {"handle", "emit", "filter", "format", "flush", "acquire", "release", "handleError", "_line"}
    | {"shouldRollover", "doRollover"}
)


class StandInHandler(logging.StreamHandler):  # type: ignore[type-arg]  # not before 3.11
    """
    A handler whose `handle` is the core's where it can be.

    Whatever that depends on binds it anew: the formatter, the filters, the level, the stream, and a
    method that is put on the handler or overridden by a user's subclass.
    """

    _METHODS: Mapping[str, Any]  # what a class of ours handles records with

    _sink: _core.LineSink | None = None
    _flusher: IntervalFlusher | None = None
    _flush_level = logging.ERROR
    _filters: list[Any]
    _ready: Any = None  # called before an unbuffered line; raises if the stream is closed
    _encoder: Any = None
    _formats = False  # whether the handler's own `format` is somebody else's
    _native: Any = None  # what stands in for `handle`, and its method; Logger looks for them

    @property
    def filters(self) -> list[Any]:
        """The handler's filters, as in logging."""
        return self._filters

    @filters.setter
    def filters(self, filters: list[Any]) -> None:
        self._filters = filters
        self._bind()

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Keep the methods that a class of ours has: somebody may patch it later."""
        super().__init_subclass__(**keywords)
        if "_OURS" in vars(cls):
            cls._METHODS = {name: getattr(cls, name) for name in _HANDLING if hasattr(cls, name)}

    def _bind(self) -> None:
        """Let the core stand in for `handle` where it can: it does the same, in one native call."""
        own = self.__dict__
        kind = type(self)
        if self._native is not None:
            self._native[0].retire()
            if own.get("handle") is self._native[1]:
                del own["handle"]
            self._native = None
        own["_formats"] = "format" in own or kind.format is not logging.Handler.format
        native = _core.core.LineHandler
        if native is None or self._sink is None or self._encoder is None or self._flusher:
            return
        if not _HANDLING.isdisjoint(own):  # somebody has put a method of theirs on the handler
            return
        if not any(name in vars(kind) for kind in users_classes(self) for name in _HANDLING):
            parts = (self._filters, self._encoder, self._sink, self._ready)
            stand_in = native(weakref.ref(self), kind, *parts, self._flush_level)
            own["handle"] = stand_in.handle
            self._native = (stand_in, own["handle"])

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; a method that is put on the handler is called from then on."""
        super().__setattr__(name, value)
        if name in _HANDLING or name == "level":
            self._bind()

    def __delattr__(self, name: str) -> None:
        """Delete an attribute; without the method that was put there, the core stands in again."""
        super().__delattr__(name)
        if name in _HANDLING:
            self._bind()


def users_classes(handler: StandInHandler) -> list[type]:
    """Return the classes of a handler that are not ours and not logging's."""
    kinds = type(handler).__mro__
    return list(kinds[: next(place for place, kind in enumerate(kinds) if "_OURS" in vars(kind))])
