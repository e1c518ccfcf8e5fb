"""The access line for WSGI applications (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from opentelemetry.context import Context, attach, detach
from opentelemetry.propagators.textmap import Getter

from tracefmt.access._exchange import AccessLog, Exchange, Middleware, request_context

__all__ = ["WSGIMiddleware"]

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]


class WSGIMiddleware(Middleware[Application]):
    """
    Writes a line when a response has been taken to its end, in the span of its request.

    Without an instrumentation around it, it makes the remote span that the request's headers name
    the active one, in the application and each time the server asks for a piece of its body, so
    that all lines of the request carry its trace.

    Args:
        app: a WSGI application.
        logger: the name of the logger that the line goes to, at level INFO; WARNING where the
            client left early, ERROR where the status is 500 or above or the application raised.
        exclude_paths: paths without a line.

    Raises:
        ConfigurationError: an option cannot work.

    Example:
        >>> from tracefmt.access import WSGIMiddleware
        >>> def app(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [b"up"]
        >>> application = WSGIMiddleware(app, exclude_paths=["/health"])
    """

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Run the application for one request."""
        context = request_context(environ, HEADERS)
        exchange = exchange_of(self._log, context, environ)
        start = start_response if exchange is None else _Start(exchange, start_response, environ)
        token = attach(context)
        try:
            body = self.app(environ, start)
        except BaseException as error:
            if exchange is not None:
                exchange.finish(error)
            raise
        finally:
            detach(token)
        # servers give a body of known length a Content-Length
        kind = _SizedBody if hasattr(body, "__len__") else _Body
        return kind(body, context, exchange)


def exchange_of(log: AccessLog, context: Context, environ: Environ) -> Exchange | None:
    """Begin with the request that an environ describes; None where it is not to have a line."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return log.exchange(
        context,
        environ.get("REQUEST_METHOD", ""),
        path.encode("latin-1", "replace").decode("utf-8", "replace"),  # PEP 3333: bytes as latin-1
        environ.get("SERVER_PROTOCOL", "").removeprefix("HTTP/"),
        environ.get("REMOTE_ADDR"),
        environ.get("HTTP_USER_AGENT"),
    )


class _Start:
    """The server's ``start_response``, which tells the status."""

    def __init__(self, exchange: Exchange, start_response: StartResponse, environ: Environ) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._environ = environ

    def __call__(self, status: str, headers: Any, *exc_info: Any) -> Callable[[bytes], Any]:
        write = self._start_response(status, headers, *exc_info)
        if status[:3].isdigit():
            self._exchange.responding(int(status[:3]))
        self._exchange.route = _route(self._environ)  # Flask takes its request away at the end

        def counted(piece: bytes) -> Any:
            self._exchange.size += len(piece)
            return write(piece)

        return counted


class _Body:
    """
    The body, each piece of it made within the request's Context.

    A generator would do it in fewer lines, and leave the Context active in whatever the server's
    thread does between two pieces.
    """

    def __init__(self, body: Iterable[bytes], context: Context, exchange: Exchange | None) -> None:
        self._body = body
        self._iterator: Iterator[bytes] | None = None
        self._context = context if exchange is None else exchange.context
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        exchange = self._exchange
        token = attach(self._context)
        try:
            if self._iterator is None:
                self._iterator = iter(self._body)
            piece = next(self._iterator)
        except StopIteration:
            if exchange is not None:
                exchange.complete = True
            raise
        except BaseException as error:
            self._finish(error)
            raise
        finally:
            detach(token)
        if exchange is not None:
            exchange.size += len(piece)
        return piece

    def close(self) -> None:
        """End the body, as servers do also where they have not taken all of it."""
        close = getattr(self._body, "close", None)
        error = None
        token = attach(self._context)
        try:
            if close is not None:
                close()
        except BaseException as raised:
            error = raised
            raise
        finally:
            detach(token)
            self._finish(error)

    def _finish(self, error: BaseException | None) -> None:
        if self._exchange is not None:
            self._exchange.finish(error)


class _SizedBody(_Body):
    def __len__(self) -> int:
        return len(self._body)  # type: ignore[arg-type]  # it has a length


def _route(environ: Environ) -> str | None:
    """Return the route's pattern as Flask leaves it with the request, or None."""
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    path = getattr(rule, "rule", None)
    return path if isinstance(path, str) else None


class _Headers(Getter[Environ]):
    """Reads headers from an environ, where the server has joined those that came twice."""

    def get(self, carrier: Environ, key: str) -> list[str] | None:
        value = carrier.get("HTTP_" + key.upper().replace("-", "_"))
        return None if value is None else [value]

    def keys(self, carrier: Environ) -> list[str]:
        prefix = "HTTP_"
        names = (name for name in carrier if name.startswith(prefix))
        return [name[len(prefix) :].lower().replace("_", "-") for name in names]


HEADERS = _Headers()
