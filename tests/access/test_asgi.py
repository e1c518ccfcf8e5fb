"""The access line of ASGI applications, request by request."""

import asyncio
import logging

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from tests.access.conftest import SPAN, TRACE, TRACEPARENT

from tracefmt import ConfigurationError
from tracefmt.access import ASGIMiddleware

TRACER = TracerProvider().get_tracer("tests")
log = logging.getLogger("app")


def scope(**changes):
    return {
        "type": "http",
        "method": "GET",
        "path": "/orders/7",
        "http_version": "1.1",
        "client": ("10.0.0.1", 5000),
        "headers": [(b"user-agent", b"curl"), (b"traceparent", TRACEPARENT.encode())],
        **changes,
    }


def run(app, send_error=None, received=(), **changes):
    """Run one connection; return what was sent."""
    sent = []
    messages = iter(received)

    async def receive():
        return next(messages)

    async def send(message):
        if send_error is not None and sent:
            raise send_error
        sent.append(message)

    asyncio.run(app(scope(**changes), receive, send))
    return sent


async def start(send, status=200, headers=()):
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def body(send, piece=b"", more_body=False):
    await send({"type": "http.response.body", "body": piece, "more_body": more_body})


async def hello(scope, receive, send):
    log.info("hello")
    await start(send)
    await body(send, b"hello")


def test_line(lines):
    """The line says what was asked for and what was answered, by the semantic conventions."""
    sent = run(ASGIMiddleware(hello))

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert lines.access() == {
        "level": "info",
        "logger": "tracefmt.access",
        "message": "GET /orders/7 200",
        "trace_id": TRACE,
        "span_id": SPAN,
        "trace_flags": "01",
        "http.request.method": "GET",
        "url.path": "/orders/7",
        "network.protocol.version": "1.1",
        "client.address": "10.0.0.1",
        "user_agent.original": "curl",
        "http.response.status_code": 200,
        "http.response.body.size": 5,
    }


def test_lines_of_the_application_carry_the_remote_span(lines):
    """Without an instrumentation, the header's span is active while the application runs."""
    run(ASGIMiddleware(hello))

    (line,) = lines.objects("app")
    assert (line["trace_id"], line["span_id"]) == (TRACE, SPAN)
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"traceparent", b"00-zz")],
        [(b"traceparent", b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01")],
        [(b"traceparent", TRACEPARENT.encode())] * 2,
    ],
    ids=["none", "malformed", "zeros", "twice"],
)
def test_no_ids_without_a_valid_header(lines, headers):
    """A request without a usable traceparent has its line, without ids."""
    run(ASGIMiddleware(hello), headers=headers)

    assert "trace_id" not in lines.access()


def test_span_around_goes_before_the_header(lines):
    """Inside an instrumentation, the line belongs to its span."""
    with TRACER.start_as_current_span("server") as span:
        run(ASGIMiddleware(hello))

    assert lines.access()["span_id"] == f"{span.get_span_context().span_id:016x}"


def test_span_inside_goes_before_the_header(lines):
    """Around an instrumentation, the line belongs to the span in which the response began."""
    ids = []

    async def traced(scope, receive, send):
        with TRACER.start_as_current_span("server") as span:
            ids.append(f"{span.get_span_context().span_id:016x}")
            await hello(scope, receive, send)

    run(ASGIMiddleware(traced))

    line = lines.access()
    assert (line["trace_id"], line["span_id"]) == (TRACE, ids[0])


@pytest.mark.parametrize("answer", [None, LookupError("no context")])
def test_span_that_does_not_tell_its_context(lines, answer):
    """A span of somebody else's make that fails is as good as none."""

    class Odd(trace.NonRecordingSpan):
        def get_span_context(self):
            if answer is not None:
                raise answer

    with trace.use_span(Odd(None)):
        run(ASGIMiddleware(hello))

    assert lines.access()["trace_id"] == TRACE


def test_stream(lines):
    """The line comes when the last piece has been sent, and counts all of them."""
    seen = []

    async def app(scope, receive, send):
        await start(send)
        await body(send, b"one", more_body=True)
        seen.extend(lines.objects("tracefmt.access"))
        await body(send, b"two!")
        log.info("in the background")

    run(ASGIMiddleware(app))

    assert seen == []
    objects = lines.objects()
    assert [line["logger"] for line in objects] == ["tracefmt.access", "app"]
    assert objects[0]["http.response.body.size"] == 7
    assert objects[1]["trace_id"] == TRACE


def test_file_that_the_server_sends(lines):
    """A response that is a path has the size that its header says."""

    async def app(scope, receive, send):
        await start(send, headers=[(b"Content-Length", b"1234")])
        await send({"type": "http.response.pathsend", "path": "/etc/hosts"})

    run(ASGIMiddleware(app))

    assert lines.access()["http.response.body.size"] == 1234


def test_head_has_no_body(lines):
    """What an application sends for HEAD does not reach the client."""
    run(ASGIMiddleware(hello), method="HEAD")

    assert lines.access()["http.response.body.size"] == 0


def test_unknown_method(lines):
    """A method that HTTP does not know is kept beside, as the conventions want it."""
    run(ASGIMiddleware(hello), method="BREW")

    line = lines.access()
    assert line["http.request.method"] == "_OTHER"
    assert line["http.request.method_original"] == "BREW"
    assert line["message"] == "BREW /orders/7 200"


def test_path_cannot_forge_a_line(lines):
    """A line end in the path is text in the line."""
    run(ASGIMiddleware(hello), path='/a\n{"level":"info"}')

    assert lines.access()["url.path"] == '/a\n{"level":"info"}'


def test_exception(lines):
    """An exception passes through; the line has it, and the status that servers answer then."""

    async def app(scope, receive, send):
        raise LookupError("no order")

    with pytest.raises(LookupError):
        run(ASGIMiddleware(app))

    line = lines.access()
    assert line["level"] == "error"
    assert line["message"] == "GET /orders/7 500"
    assert line["http.response.status_code"] == 500
    assert line["error.type"] == "LookupError"
    assert line["exception.message"] == "no order"
    assert line["trace_id"] == TRACE


def test_exception_after_the_response_began(lines):
    """The status is the one that was sent."""

    async def app(scope, receive, send):
        await start(send, 202)
        raise LookupError("no order")

    with pytest.raises(LookupError):
        run(ASGIMiddleware(app))

    line = lines.access()
    assert line["http.response.status_code"] == 202
    assert line["error.type"] == "LookupError"


def test_server_error(lines):
    """A status of 500 or above is an error, named by its number."""

    async def app(scope, receive, send):
        await start(send, 503)
        await body(send)

    run(ASGIMiddleware(app))

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("error", "503")


def test_client_that_left_as_the_server_says(lines):
    """An application that is told of the client's leaving, and ends, is no error."""

    async def app(scope, receive, send):
        await start(send)
        await body(send, b"one", more_body=True)
        assert (await receive())["type"] == "http.disconnect"

    run(ASGIMiddleware(app), received=[{"type": "http.disconnect"}])

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("warning", "client_disconnected")
    assert line["http.response.body.size"] == 3


def test_client_that_left_as_send_says(lines):
    """What `send` raises then, and what is made of it, is no error of the application."""

    class ClientDisconnect(Exception):
        pass

    async def app(scope, receive, send):
        await start(send)
        try:
            await body(send, b"one", more_body=True)
        except OSError:
            raise ClientDisconnect from None

    with pytest.raises(ClientDisconnect):
        run(ASGIMiddleware(app), send_error=OSError("gone"))

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("warning", "client_disconnected")
    assert "exception.type" not in line


def test_error_after_the_client_left(lines):
    """An error of the application stays one, whether the client is there or not."""

    async def app(scope, receive, send):
        await receive()
        raise LookupError("no order")

    with pytest.raises(LookupError):
        run(ASGIMiddleware(app), received=[{"type": "http.disconnect"}])

    assert lines.access()["error.type"] == "LookupError"


def test_cancelled(lines):
    """A request that is cancelled has its line, and the cancellation passes through."""

    async def app(scope, receive, send):
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(ASGIMiddleware(app))

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("warning", "CancelledError")
    assert line["message"] == "GET /orders/7 no response"


def test_websocket_has_its_trace_and_no_line(lines):
    """A WebSocket is passed on, with the remote span active."""

    async def app(scope, receive, send):
        log.info("connected")

    run(ASGIMiddleware(app), type="websocket")

    (line,) = lines.objects()
    assert (line["logger"], line["trace_id"]) == ("app", TRACE)


def test_lifespan_is_passed_on(lines):
    """What is no request gets the very objects of the server."""
    given = ({"type": "lifespan"}, object(), object())
    seen = []

    async def app(*arguments):
        seen.extend(arguments)

    asyncio.run(ASGIMiddleware(app)(*given))

    assert all(one is other for one, other in zip(seen, given, strict=True))
    assert lines.objects() == []


def test_excluded_path(lines):
    """A path that is excluded has no line; the application's own lines stay."""
    run(ASGIMiddleware(hello, exclude_paths=["/health"]), path="/health")

    (line,) = lines.objects()
    assert (line["logger"], line["trace_id"]) == ("app", TRACE)


def test_logger_and_level(lines):
    """The line goes to the logger that was named, if that is enabled."""
    run(ASGIMiddleware(hello, logger="requests"))
    assert [line["logger"] for line in lines.objects()] == ["app", "requests"]

    logging.getLogger("requests").setLevel(logging.ERROR)
    run(ASGIMiddleware(hello, logger="requests"))
    logging.getLogger("requests").setLevel(logging.NOTSET)
    assert [line["logger"] for line in lines.objects()] == ["app"]


def test_requests_at_the_same_time_keep_apart(lines):
    """Fifty requests in one loop: each line has the trace of its own request."""

    async def app(scope, receive, send):
        await asyncio.sleep(0.001)
        log.info("at work", extra={"n": scope["path"]})
        await hello(scope, receive, send)

    async def all_of_them():
        async def ignore(*_):
            return None

        wrapped = ASGIMiddleware(app)
        header = [(b"traceparent", f"00-{n:032x}-{SPAN}-01".encode()) for n in range(1, 51)]
        await asyncio.gather(
            *(
                wrapped(scope(path=str(n), headers=[header[n - 1]]), ignore, ignore)
                for n in range(1, 51)
            )
        )

    asyncio.run(all_of_them())

    objects = lines.objects()
    assert len(objects) == 150
    for line in objects:
        path = line.get("url.path", line.get("n"))
        if path is not None:
            assert line["trace_id"] == f"{int(path):032x}"


@pytest.mark.parametrize("options", [{"logger": ""}, {"exclude_paths": "/health"}])
@pytest.mark.once
def test_options_that_cannot_work(options):
    """A wrong option is refused when the middleware is made."""
    with pytest.raises(ConfigurationError, match="write"):
        ASGIMiddleware(hello, **options)
