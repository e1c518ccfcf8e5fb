"""The access line of WSGI applications, request by request."""

import logging
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from tests.access.conftest import SPAN, TRACE, TRACEPARENT

from tracefmt.access import WSGIMiddleware

TRACER = TracerProvider().get_tracer("tests")
log = logging.getLogger("app")


def active():
    """Whether any span is active here."""
    return trace.get_current_span().get_span_context().is_valid


class Server:
    """A request as a server makes it, piece by piece."""

    def __init__(self, app, **changes):
        self.started = []
        self.written = []
        self.environ = {
            "HTTP_TRACEPARENT": TRACEPARENT,
            "HTTP_USER_AGENT": "curl",
            "PATH_INFO": "/orders/7",
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "10.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            **changes,
        }
        setup_testing_defaults(self.environ)
        self.body = app(self.environ, self.start_response)

    def start_response(self, status, headers, exc_info=None):
        self.started.append((status, headers, exc_info))
        return self.written.append

    def take(self):
        """Take the whole body, and close it."""
        try:
            return b"".join(self.body)
        finally:
            self.body.close()


def hello(environ, start_response):
    log.info("hello")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_line(lines):
    """The line says what was asked for and what was answered, by the semantic conventions."""
    server = Server(WSGIMiddleware(hello))

    assert server.take() == b"hello"
    assert server.started == [("200 OK", [("Content-Type", "text/plain")], None)]
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
    assert not active()


def test_keeps_to_the_specification(lines):
    """Between a strict server and a strict application no rule of PEP 3333 is broken."""
    server = Server(validator(WSGIMiddleware(validator(hello))))

    assert server.take() == b"hello"


@pytest.mark.parametrize("header", [None, "", "00-zz", f"{TRACEPARENT},{TRACEPARENT}"])
def test_no_ids_without_a_valid_header(lines, header):
    """A request without a usable traceparent has its line, without ids."""
    server = Server(WSGIMiddleware(hello), HTTP_TRACEPARENT=header or "")
    server.take()

    assert "trace_id" not in lines.access()


def test_stream(lines):
    """Lines that a generator logs carry the trace, and between its pieces no span is active."""

    def app(environ, start_response):
        start_response("200 OK", [])
        for piece in (b"one", b"two!"):
            log.info("piece")
            yield piece

    server = Server(WSGIMiddleware(app))
    for _ in server.body:
        assert not active()
    assert lines.objects("tracefmt.access") == []
    server.body.close()
    server.body.close()  # once more, as some servers do

    assert lines.access()["http.response.body.size"] == 7


def test_stream_lines_carry_the_trace(lines):
    """What a generator logs, to its end, is in its request's trace."""

    def app(environ, start_response):
        start_response("200 OK", [])
        try:
            log.info("first")
            yield b"one"
        finally:
            log.info("last")

    Server(WSGIMiddleware(app)).take()

    assert {line["trace_id"] for line in lines.objects()} == {TRACE}


def test_client_that_left(lines):
    """A body that is closed before its end: the generator is closed, and the line says so."""
    closed = []

    def app(environ, start_response):
        start_response("200 OK", [])
        try:
            yield b"one"
            yield b"two!"
        finally:
            log.info("closed")
            closed.append(True)

    server = Server(WSGIMiddleware(app))
    next(iter(server.body))
    server.body.close()

    assert closed == [True]
    closing, line = lines.objects()
    assert closing["trace_id"] == line["trace_id"] == TRACE
    assert (line["level"], line["error.type"]) == ("warning", "client_disconnected")
    assert line["http.response.body.size"] == 3


def test_exception(lines):
    """An exception passes through; the line has it, and the status that servers answer then."""

    def app(environ, start_response):
        raise LookupError("no order")

    with pytest.raises(LookupError):
        Server(WSGIMiddleware(app))

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("error", "LookupError")
    assert line["http.response.status_code"] == 500
    assert line["exception.message"] == "no order"
    assert line["trace_id"] == TRACE


def test_exception_in_the_middle(lines):
    """An exception after the first piece passes through, and there is one line."""

    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"one"
        raise LookupError("no order")

    server = Server(WSGIMiddleware(app))
    with pytest.raises(LookupError):
        server.take()

    line = lines.access()
    assert (line["level"], line["error.type"]) == ("error", "LookupError")
    assert line["http.response.status_code"] == 200


def test_exception_when_closed(lines):
    """An exception of the body's `close` passes through, and is in the line."""

    class Body:
        def __iter__(self):
            return iter([b"one"])

        def close(self):
            raise LookupError("no order")

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body()

    server = Server(WSGIMiddleware(app))
    with pytest.raises(LookupError):
        server.take()

    assert lines.access()["error.type"] == "LookupError"


def test_status_that_is_changed_by_an_error(lines):
    """An application that starts its response anew, with exc_info, has the second status."""

    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("503 Unavailable", [], (LookupError, LookupError("no order"), None))
        return []

    server = Server(WSGIMiddleware(app))
    server.take()

    assert server.started[1][2][0] is LookupError
    line = lines.access()
    assert (line["level"], line["error.type"]) == ("error", "503")


def test_what_is_written_counts(lines):
    """Bytes that go through the old `write` callable are counted too."""

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"one")
        return [b"two!"]

    server = Server(WSGIMiddleware(app))
    server.take()

    assert server.written == [b"one"]
    assert lines.access()["http.response.body.size"] == 7


def test_length_is_kept(lines):
    """A body of known length keeps it: servers make a Content-Length of that."""
    assert len(Server(WSGIMiddleware(hello)).body) == 1
    server = Server(WSGIMiddleware(lambda environ, start_response: iter([b"x"])))
    assert not hasattr(server.body, "__len__")


def test_path_in_utf_8(lines):
    """The path is text, mount and all, although WSGI hands over its bytes as Latin-1."""
    Server(WSGIMiddleware(hello), SCRIPT_NAME="/shop", PATH_INFO="/caf\xc3\xa9").take()

    assert lines.access()["url.path"] == "/shop/café"


def test_span_inside_goes_before_the_header(lines):
    """Around an instrumentation, the line belongs to the span in which the response began."""
    ids = []

    def traced(environ, start_response):
        with TRACER.start_as_current_span("server") as span:
            ids.append(f"{span.get_span_context().span_id:016x}")
            return hello(environ, start_response)

    Server(WSGIMiddleware(traced)).take()

    line = lines.access()
    assert (line["trace_id"], line["span_id"]) == (TRACE, ids[0])


def test_excluded_path(lines):
    """A path that is excluded has no line; the application's own lines stay."""
    Server(WSGIMiddleware(hello, exclude_paths=["/health"]), PATH_INFO="/health").take()

    (line,) = lines.objects()
    assert (line["logger"], line["trace_id"]) == ("app", TRACE)
