"""The access line for Django, as a middleware of its own list, which knows the route."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from opentelemetry.context import attach, detach

from tracefmt.access._exchange import LOGGER, AccessLog, Exchange, request_context
from tracefmt.access.wsgi import HEADERS, exchange_of

__all__ = ["AccessLogMiddleware"]


class AccessLogMiddleware:
    """
    Writes a line when a response is ready or, where it is streamed, has been taken to its end.

    The first in ``MIDDLEWARE``; the instrumentation of OpenTelemetry puts itself before it.  Works
    under WSGI and ASGI, with views of both kinds.  Without an instrumentation it makes the remote
    span that the request's headers name the active one.

    Example:
        >>> MIDDLEWARE = [
        ...     "tracefmt.access.django.AccessLogMiddleware",
        ...     "django.middleware.common.CommonMiddleware",
        ... ]
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response
        self._log = AccessLog(LOGGER, ())
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        """Answer one request, or return what answers it when awaited."""
        if self._is_async:
            return self._answer(request)
        context = request_context(request.META, HEADERS)
        exchange = self._exchange(context, request)
        token = attach(context)
        try:
            return self._answered(exchange, request, self._get_response(request))
        finally:
            detach(token)

    async def _answer(self, request: Any) -> Any:
        context = request_context(request.META, HEADERS)
        exchange = self._exchange(context, request)
        token = attach(context)
        try:
            return self._answered(exchange, request, await self._get_response(request))
        finally:
            detach(token)

    def _exchange(self, context: Any, request: Any) -> Exchange:
        found = exchange_of(self._log, context, request.META)
        if found is None:  # no path is excluded here
            raise RuntimeError
        return found

    def _answered(self, exchange: Exchange, request: Any, response: Any) -> Any:
        exchange.responding(response.status_code)
        match = request.resolver_match
        if match is not None:
            exchange.route = "/" + match.route
        if not response.streaming:
            exchange.size = len(response.content)
            exchange.complete = True
            exchange.finish()
            return response
        kind = _AsyncContent if response.is_async else _Content
        response.streaming_content = kind(exchange, response.streaming_content)
        # Django closes what the view gave it in there, and that may log
        response.close = functools.partial(_close, exchange, response.close)
        return response


def _close(exchange: Exchange, close: Callable[[], None]) -> None:
    token = attach(exchange.context)
    try:
        close()
    finally:
        detach(token)


class _Stream:
    """What is streamed, each piece of it made within the request's Context."""

    def __init__(self, exchange: Exchange, content: Any) -> None:
        self._exchange = exchange
        self._content = content
        self._iterator: Any = None

    def _took(self, piece: bytes) -> bytes:
        self._exchange.size += len(piece)
        return piece

    def _ended(self, error: BaseException) -> None:
        if isinstance(error, (StopIteration, StopAsyncIteration)):
            self._exchange.complete = True
            self._exchange.finish()
        else:
            self._exchange.finish(error)

    def close(self) -> None:
        """End the stream, as Django does with the response, also where the client has left."""
        self._exchange.finish()


class _Content(_Stream):
    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        token = attach(self._exchange.context)
        try:
            if self._iterator is None:
                self._iterator = iter(self._content)
            return self._took(next(self._iterator))
        except BaseException as error:
            self._ended(error)
            raise
        finally:
            detach(token)


class _AsyncContent(_Stream):
    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        token = attach(self._exchange.context)
        try:
            if self._iterator is None:
                self._iterator = aiter(self._content)
            return self._took(await anext(self._iterator))
        except BaseException as error:
            self._ended(error)
            raise
        finally:
            detach(token)
