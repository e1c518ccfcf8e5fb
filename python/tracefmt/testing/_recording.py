"""What sees each record, in the whole process, while a test is recording."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any


class _Recording:
    """What sees each record where it is logged, whether or not its logger propagates."""

    def __init__(self) -> None:
        self._takers: list[Callable[[logging.LogRecord], None]] = []
        self._original: Any = None

    def begin(self, take: Callable[[logging.LogRecord], None]) -> None:
        self._takers.append(take)
        if self._original is None:
            self._original = original = logging.Logger.callHandlers
            takers = self._takers

            def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
                for taker in tuple(takers):
                    taker(record)
                original(logger, record)

            self._ours = call_handlers
            logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign, assignment, unused-ignore]

    def end(self, take: Callable[[logging.LogRecord], None]) -> None:
        self._takers.remove(take)
        # somebody who has put theirs over ours keeps it, and ours takes no more
        if not self._takers and logging.Logger.callHandlers is self._ours:
            logging.Logger.callHandlers = self._original  # type: ignore[method-assign, assignment, unused-ignore]
            self._original = None


recording = _Recording()
