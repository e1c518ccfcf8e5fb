"""The loggers and handlers of a process, and the queue listeners behind them."""

from __future__ import annotations

import gc
import logging
import logging.handlers
from collections.abc import Iterator
from typing import Any, NamedTuple

import tracefmt


class Place(NamedTuple):
    """
    A handler and where it was found.

    Attributes:
        where: the logger's name, or the handler or listener that passes records on to it.
        handler: the handler.
    """

    where: str
    handler: logging.Handler


class Survey(NamedTuple):
    """
    What was found.

    Attributes:
        places: every handler that a record can come to.
        loggers: every logger that exists, the root logger first.
        listeners: every queue listener, running or not.
    """

    places: tuple[Place, ...]
    loggers: tuple[logging.Logger, ...]
    listeners: tuple[logging.handlers.QueueListener, ...]

    @classmethod
    def take(cls) -> Survey:
        """Walk through the loggers of this process and what stands behind their handlers."""
        loggers = (
            logging.getLogger(),
            *(
                logger
                for _, logger in sorted(logging.root.manager.loggerDict.items())
                if isinstance(logger, logging.Logger)
            ),
        )
        listeners = tuple(
            found
            for found in gc.get_objects()
            # not isinstance: that asks a proxy for its class, which may fail or do work
            if issubclass(type(found), logging.handlers.QueueListener)
        )
        places = [
            place
            for logger in loggers
            for handler in logger.handlers
            for place in _reached(logger.name, handler, listeners)
        ]
        return cls(tuple(places), loggers, listeners)

    def behind(self, handler: logging.handlers.QueueHandler) -> list[logging.Handler]:
        """Return the handlers that a listener gives this handler's records to."""
        return _behind(handler, self.listeners)

    def feeding(
        self, listener: logging.handlers.QueueListener
    ) -> list[logging.handlers.QueueHandler]:
        """Return the handlers that put records into the listener's queue."""
        return [
            place.handler
            for place in self.places
            if isinstance(place.handler, logging.handlers.QueueHandler)
            and place.handler.queue is listener.queue
        ]


def _reached(
    where: str, handler: Any, listeners: tuple[logging.handlers.QueueListener, ...]
) -> Iterator[Place]:
    yield Place(where, handler)
    following: list[logging.Handler] = []
    if isinstance(handler, logging.handlers.MemoryHandler) and handler.target is not None:
        following = [handler.target]
    elif isinstance(handler, logging.handlers.QueueHandler):
        following = _behind(handler, listeners)
    for target in following:
        yield from _reached(f"{where} > {type(handler).__name__}", target, listeners)


def _behind(
    handler: logging.handlers.QueueHandler, listeners: tuple[logging.handlers.QueueListener, ...]
) -> list[logging.Handler]:
    return [
        target
        for listener in listeners
        if listener.queue is handler.queue
        for target in listener.handlers
    ]


def formats_with_tracefmt(handler: logging.Handler) -> bool:
    """Whether the handler's lines are made by a `tracefmt.Formatter`."""
    return isinstance(handler.formatter, tracefmt.Formatter)


def captures(handler: logging.Handler) -> bool:
    """Whether the handler takes the ids in the thread that logs."""
    return isinstance(handler, tracefmt.QueueHandler) or any(
        isinstance(found, tracefmt.ContextFilter) for found in handler.filters
    )
