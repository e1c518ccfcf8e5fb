"""A request and its response, from the first byte to the line at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from opentelemetry import propagate
from opentelemetry.context import Context, attach, detach, get_current

from tracefmt import _raised
from tracefmt.exceptions import ConfigurationError
from tracefmt.spans import normalize

LOGGER = "tracefmt.access"
Application = TypeVar("Application")

# Those of RFC 9110 and RFC 5789, and QUERY, as the semantic conventions list them.
_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
_SERVER_ERROR = 500
_WITHOUT_BODY = frozenset({204, 304})


class AccessLog:
    """
    Where the lines go, and for which requests.

    Args:
        logger: the logger's name.
        exclude_paths: paths without a line, such as that of a health check.

    Raises:
        ConfigurationError: an option cannot work.
    """

    def __init__(self, logger: str, exclude_paths: Iterable[str]) -> None:
        if not isinstance(logger, str) or not logger:
            msg = f"logger={logger!r}: write a logger's name, such as {LOGGER!r}"
            raise ConfigurationError(msg)
        if isinstance(exclude_paths, str):
            msg = f"exclude_paths={exclude_paths!r}: write a list, such as [{exclude_paths!r}]"
            raise ConfigurationError(msg)
        self.logger = logging.getLogger(logger)
        self.exclude_paths = frozenset(exclude_paths)

    def exchange(
        self,
        context: Context,
        method: str,
        path: str,
        protocol: str,
        client: str | None,
        user_agent: str | None,
    ) -> Exchange | None:
        """Begin with a request; None where it is not to have a line."""
        if path in self.exclude_paths:
            return None
        known = method in _METHODS
        attributes: dict[str, Any] = {
            "http.request.method": method if known else "_OTHER",
            "http.request.method_original": None if known else method,
            "url.path": path,
            "network.protocol.version": protocol or None,
            "client.address": client or None,
            "user_agent.original": user_agent or None,
        }
        return Exchange(self.logger, context, method, attributes)


class Middleware(Generic[Application]):
    """What the middlewares have in common: the application, and the options of its lines."""

    def __init__(
        self, app: Application, *, logger: str = LOGGER, exclude_paths: Iterable[str] = ()
    ) -> None:
        self.app = app
        self._log = AccessLog(logger, exclude_paths)


class Exchange:
    """
    What is known of one request and its response; `finish` writes the line, once.

    Attributes:
        context: the OpenTelemetry Context that the line is written in.
        route: the route's pattern, once it is known.
        size: bytes of the response's body so far.
        complete: whether the whole response was sent.
        disconnected: whether the client is known to have gone before that.
    """

    def __init__(
        self, logger: logging.Logger, context: Context, method: str, attributes: dict[str, Any]
    ) -> None:
        self.context = context
        self.route: str | None = None
        self.size = 0
        self.complete = False
        self.disconnected = False
        self._logger = logger
        self._method = method
        self._attributes = attributes
        self._status: int | None = None
        self._within = not _is_remote(context)
        self._written = False
        self._started = time.perf_counter()

    def responding(self, status: int) -> None:
        """
        Take down the status, and the span that is active where the response begins.

        An instrumentation that stands between this middleware and the application has its span
        only there.
        """
        self._status = status
        if not self._within:
            current = get_current()
            if not _is_remote(current):
                self.context = current

    def finish(self, error: BaseException | None = None, seconds: float | None = None) -> None:
        """
        Write the line, unless that has been done.

        Args:
            error: what left the application.
            seconds: how long it took; measured where it is None.
        """
        if error is not None:
            _raised.remember(error, self.context)
        if self._written:
            return
        self._written = True
        if seconds is None:
            seconds = time.perf_counter() - self._started
        token = attach(self.context)
        try:
            self._write(seconds, error)
        finally:
            detach(token)

    def _write(self, seconds: float, error: BaseException | None) -> None:
        failed = isinstance(error, Exception) and not self.disconnected
        status = self._status
        if status is None and failed:
            status = _SERVER_ERROR  # what servers answer then
        level, reason = self._outcome(status, error, failed=failed)
        if not self._logger.isEnabledFor(level):
            return
        found = {
            **self._attributes,
            "http.route": self.route,
            "http.response.status_code": status,
            "http.response.body.size": 0 if self._method == "HEAD" else self.size,
            "http.server.request.duration": round(seconds, 6),
            "error.type": reason,
        }
        text = "no response" if status is None else status
        self._logger.log(
            level,
            "%s %s %s",
            *(self._method, self._attributes["url.path"], text),
            exc_info=error if failed else None,
            extra={key: value for key, value in found.items() if value is not None},
        )

    def _outcome(
        self, status: int | None, error: BaseException | None, *, failed: bool
    ) -> tuple[int, str | None]:
        """Return the level and ``error.type``."""
        if failed:
            return logging.ERROR, type(error).__qualname__
        if self.disconnected or self._cut_short():
            return logging.WARNING, "client_disconnected"
        if error is not None:
            return logging.WARNING, type(error).__qualname__
        if status is None:
            return logging.ERROR, "no_response"
        if status >= _SERVER_ERROR:
            return logging.ERROR, str(status)
        return logging.INFO, None

    def _cut_short(self) -> bool:
        """Return whether a body was begun and not taken to its end."""
        bodiless = self._method == "HEAD" or self._status in _WITHOUT_BODY
        return self._status is not None and not self.complete and not bodiless


def request_context(carrier: Any, getter: Any) -> Context:
    """
    Return the Context that a request belongs to.

    It is the current one where a span is active, which an instrumentation around the middleware has
    seen to; else what the configured propagators read from the request's headers (W3C Trace
    Context and Baggage unless ``OTEL_PROPAGATORS`` says otherwise).
    """
    current = get_current()
    if normalize(_raised.span_context(current)) is not None:
        return current
    return propagate.extract(carrier, current, getter)


def _is_remote(context: Context) -> bool:
    """Return whether no span of this process is active."""
    found = _raised.span_context(context)
    return normalize(found) is None or bool(getattr(found, "is_remote", False))
