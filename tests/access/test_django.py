"""The access line of Django's middleware, where a real server does not show it."""

import json

SCRIPT = """
import asyncio, logging, sys
import django
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory
import tracefmt
from tracefmt.access.django import AccessLogMiddleware
settings.configure()
django.setup()
left_out = ["timestamp", "taskName", "http.server.request.duration"]
tracefmt.configure("INFO", stream=sys.stdout, exclude=left_out)
log = logging.getLogger("app")
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""


def run(run_script, source):
    return [json.loads(line) for line in run_script(SCRIPT + source).decode().splitlines()]


def test_stream_that_the_client_leaves(run_script):
    """A stream that is closed before its end: its generator is closed, and the line says so."""
    lines = run(
        run_script,
        """
def pages():
    try:
        yield b"one"
        yield b"two!"
    finally:
        log.info("closed")
middleware = AccessLogMiddleware(lambda request: StreamingHttpResponse(pages()))
response = middleware(RequestFactory().get("/orders/7", HTTP_TRACEPARENT=TRACEPARENT))
next(iter(response.streaming_content))
response.close()
""",
    )

    closed, line = lines
    assert closed["message"] == "closed"
    assert (line["level"], line["error.type"]) == ("warning", "client_disconnected")
    assert line["http.response.body.size"] == 3
    assert {found["trace_id"] for found in lines} == {"0af7651916cd43dd8448eb211c80319c"}


def test_async_stream(run_script):
    """An async view's stream has its line at the end, and its own lines are in the trace."""
    lines = run(
        run_script,
        """
async def pages():
    yield b"one"
    log.info("half")
    yield b"two!"
async def view(request):
    return StreamingHttpResponse(pages())
async def main():
    request = AsyncRequestFactory().get("/orders/7", headers={"traceparent": TRACEPARENT})
    response = await AccessLogMiddleware(view)(request)
    return [piece async for piece in response]
assert asyncio.run(main()) == [b"one", b"two!"]
""",
    )

    half, line = lines
    assert (half["message"], line["message"]) == ("half", "GET /orders/7 200")
    assert line["http.response.body.size"] == 7
    assert {found["trace_id"] for found in lines} == {"0af7651916cd43dd8448eb211c80319c"}


def test_no_route(run_script):
    """Where no URL matched, the line has no route."""
    (line,) = run(
        run_script,
        """
middleware = AccessLogMiddleware(lambda request: HttpResponse(b"gone", status=404))
middleware(RequestFactory().get("/nowhere"))
""",
    )

    assert line["http.response.status_code"] == 404
    assert "http.route" not in line
