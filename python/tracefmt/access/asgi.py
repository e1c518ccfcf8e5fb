"""The access line for ASGI applications (ASGI 3, https://asgi.readthedocs.io/)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from opentelemetry.context import attach, detach
from opentelemetry.propagators.textmap import Getter

from tracefmt.access._exchange import Exchange, Middleware, request_context

__all__ = ["ASGIMiddleware"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class ASGIMiddleware(Middleware[Application]):
    """
    Writes a line when a response has been sent, in the span of its request.

    Without an instrumentation around it, it makes the remote span that the request's headers name
    the active one, so that all lines of the request carry its trace.  WebSockets get that too, and
    no line; ``lifespan`` is passed on as it is.

    Put it around the whole application, so that error handlers are inside; an instrumentation goes
    around it, or is inside the application.

    Args:
        app: an ASGI 3 application.
        logger: the name of the logger that the line goes to, at level INFO; WARNING where the
            client left early, ERROR where the status is 500 or above or the application raised.
        exclude_paths: paths without a line.

    Raises:
        ConfigurationError: an option cannot work.

    Example:
        >>> from tracefmt.access import ASGIMiddleware
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 204, "headers": []})
        ...     await send({"type": "http.response.body"})
        >>> application = ASGIMiddleware(app, exclude_paths=["/health"])
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for one connection."""
        kind = scope["type"]
        if kind not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        context = request_context(scope, _HEADERS)
        exchange = None
        if kind == "http":
            exchange = self._log.exchange(
                context,
                scope["method"],
                scope["path"],
                scope.get("http_version", ""),
                (scope.get("client") or (None,))[0],
                _header(scope, b"user-agent"),
            )
        token = attach(context)
        try:
            if exchange is None:
                await self.app(scope, receive, send)
            else:
                await _Connection(exchange, scope, receive, send).run(self.app)
        finally:
            detach(token)


class _Connection:
    """The ends of one HTTP connection, as the application sees them."""

    def __init__(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        self._exchange = exchange
        self._scope = scope
        self._root = scope.get("root_path", "")
        self._receive = receive
        self._send = send
        self._length: int | None = None
        self._refused: OSError | None = None

    async def run(self, app: Application) -> None:
        exchange = self._exchange
        try:
            await app(self._scope, self.receive, self.send)
        except BaseException as error:
            exchange.disconnected = self._refused is not None and self._refused in (
                error,
                error.__context__,
            )
            exchange.route = self._route()
            exchange.finish(error)
            raise
        exchange.route = self._route()
        exchange.finish()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self._exchange.complete:
            self._exchange.disconnected = True
        return message

    async def send(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:  # what servers raise where the client has gone (ASGI 2.4)
            self._refused = error
            raise
        kind, exchange = message["type"], self._exchange
        if kind == "http.response.start":
            exchange.responding(message["status"])
            self._length = _length(message.get("headers", ()))
        elif kind == "http.response.body":
            exchange.size += len(message.get("body", b""))
            exchange.complete = not message.get("more_body", False)
        elif kind == "http.response.pathsend":  # the server reads the file
            exchange.size = self._length or 0
            exchange.complete = True
        if exchange.complete:
            exchange.route = self._route()
            exchange.finish()

    def _route(self) -> str | None:
        """Return the route's pattern as the framework left it in the scope, or None."""
        template = self._scope.get("path_template")  # Litestar
        if isinstance(template, str):
            return template
        path = getattr(self._scope.get("route"), "path", None)  # Starlette, FastAPI
        if not isinstance(path, str):
            return None
        # an application that is mounted knows its own routes only
        mount: str = self._scope.get("root_path", "").removeprefix(self._root)
        return mount + path


class _Headers(Getter[Scope]):
    """Reads headers from a scope; one that must not come twice is absent then."""

    def get(self, carrier: Scope, key: str) -> list[str] | None:
        name = key.lower().encode("latin-1")
        found = [value.decode("latin-1") for header, value in _headers(carrier) if header == name]
        if key == "traceparent" and len(found) > 1:  # W3C Trace Context, section 4.3
            return None
        return found or None

    def keys(self, carrier: Scope) -> list[str]:
        return [name.decode("latin-1") for name, _ in _headers(carrier)]


_HEADERS = _Headers()


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(bytes(name).lower(), bytes(value)) for name, value in scope.get("headers", ())]


def _header(scope: Scope, name: bytes) -> str | None:
    for header, value in scope.get("headers", ()):
        if header == name:
            text: str = bytes(value).decode("latin-1")
            return text
    return None


def _length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    for name, value in headers:
        if bytes(name).lower() == b"content-length" and bytes(value).isdigit():
            return int(value)
    return None
