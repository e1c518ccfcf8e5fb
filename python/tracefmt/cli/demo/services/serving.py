"""
What the services share: a log file, tracing, an HTTP server, and an end when the parent ends.

A service talks with the process that started it in lines of JSON.  It says on which port it
listens; it hears where the next service is; when its standard input ends, be it because the parent
closed it or because the parent is dead, it stops, and says how many records it logged, and where
most lines without a trace came from.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, TypedDict

import httpx
import uvicorn
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.util.http import parse_excluded_urls
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import tracefmt
import tracefmt.correlation
import tracefmt.propagation

SECONDS_TO_STOP = 5


class State(TypedDict):
    """What a service's handlers find as ``request.state``."""

    upstream: httpx.AsyncClient


def serve(
    name: str, filename: str, build: Callable[[str], Starlette], *, mended: bool = False
) -> None:
    """Log to `filename` and answer requests until standard input ends."""
    records = _CountRecords()
    handler = tracefmt.configure("INFO", filename=filename, service=name)
    if handler is not None:  # as it always is, unless the level is None
        handler.addFilter(records)
    if mended:
        tracefmt.propagation.install()
    for chatty in ("httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    trace.set_tracer_provider(TracerProvider(resource=Resource.create({"service.name": name})))

    # asyncio switches Nagle's algorithm off where the socket says that it is TCP, and only there
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    _say({"port": listener.getsockname()[1]})
    upstream = json.loads(sys.stdin.readline() or "null")  # no line: the parent is gone
    if upstream is None:
        return
    untraced = parse_excluded_urls("health")
    app = OpenTelemetryMiddleware(build(upstream["url"]), excluded_urls=untraced)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            log_config=None,  # its lines go the way of all others
            access_log=False,
            timeout_graceful_shutdown=SECONDS_TO_STOP,
        )
    )
    threading.Thread(target=_stop_with_the_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])
    with contextlib.suppress(BrokenPipeError):
        places = tracefmt.correlation.stats().places
        lost = places[0]._asdict() if places else None
        _say({"records": records.number, "lost": lost})


def application(routes: list[Route], upstream: str = "") -> Starlette:
    """Return an application with these routes and ``/health``, and an HTTP client for upstream."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[State]:
        # no proxy stands between two services on one machine
        async with httpx.AsyncClient(base_url=upstream, timeout=30, trust_env=False) as client:
            HTTPXClientInstrumentor.instrument_client(client)
            yield {"upstream": client}

    return Starlette(routes=[*routes, Route("/health", _health)], lifespan=lifespan)


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"healthy": True})


class _CountRecords(logging.Filter):
    """Counts the records that reach the file, so that the file can be held against the number."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        del record
        with self._lock:
            self.number += 1
        return True


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201  # the parent reads it


def _stop_with_the_parent(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True
    threading.Event().wait(2 * SECONDS_TO_STOP)
    os._exit(1)  # a request or a job that does not end
