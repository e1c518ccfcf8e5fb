"""`Renderer` in `ProcessorFormatter`: lines of structlog and of logging alike."""

import io
import logging
import logging.handlers
import pickle
import queue
import threading
import time

import pytest
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from tests.core.line import checked
from tests.spans.active import attached, span

import tracefmt
from tracefmt.structlog import Renderer


@pytest.fixture
def app():
    """Set up structlog over logging as structlog's own documentation does; return the stream."""
    structlog.configure(
        processors=[structlog.stdlib.PositionalArgumentsFormatter(), wrap],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        ProcessorFormatter(processors=[Renderer()], foreign_pre_chain=[ExtraAdder()])
    )
    logger = logging.getLogger("app.structlog")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.DEBUG)
    yield out
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


wrap = ProcessorFormatter.wrap_for_formatter


def lines(out):
    """Return what the lines say, without the time."""
    found = [checked(line) for line in out.getvalue().splitlines()]
    assert all(abs(_seconds(line.pop("timestamp")) - time.time()) < 60 for line in found)
    return found


def _seconds(text):
    import datetime

    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def log_both_ways():
    """Log the same through structlog and through logging, within a span."""
    ours, theirs = structlog.get_logger("app.structlog"), logging.getLogger("app.structlog")
    with attached(span()):
        ours.warning("order %d", 7, user="ada")
        theirs.warning("order %d", 7, extra={"user": "ada"})
        try:
            raise ValueError("no")  # noqa: TRY301  # it is to have a traceback
        except ValueError:
            for log in (ours, theirs):
                log.exception("bad")


def test_alike(app):
    """Both ways give the same line: level, logger, ids, attributes, exception."""
    log_both_ways()
    first, second, third, fourth = lines(app)

    assert first == second
    assert first["logger"] == "app.structlog"
    assert first["message"] == "order 7"
    assert first["span_id"] == "b7ad6b7169203331"
    assert third == fourth
    assert third["exception.stacktrace"].endswith("ValueError: no\n")


def test_behind_a_queue(app):
    """Behind tracefmt's `QueueHandler` the lines are those that were written on the spot."""
    log_both_ways()
    expected = lines(app)
    app.truncate(0)
    app.seek(0)
    logger = logging.getLogger("app.structlog")
    records = queue.SimpleQueue()
    handler, logger.handlers = logger.handlers[0], [tracefmt.QueueHandler(records)]
    thread = threading.Thread(target=log_both_ways)
    thread.start()
    thread.join()
    while not records.empty():
        handler.handle(pickle.loads(pickle.dumps(records.get())))
    found = lines(app)

    for line in (*expected, *found):  # the stack begins elsewhere
        if "exception.stacktrace" in line:
            line["exception.stacktrace"] = line["exception.stacktrace"].splitlines()[-1]
    assert found == expected


def test_behind_a_queue_for_others(app):
    """Another renderer behind the same queue finds the exception where structlog puts it."""
    logger = logging.getLogger("app.structlog")
    records = queue.SimpleQueue()
    handler, logger.handlers = logger.handlers[0], [tracefmt.QueueHandler(records)]
    handler.setFormatter(ProcessorFormatter(processors=[seen]))
    event_dict = {"card": object}
    try:
        raise ValueError("no")  # noqa: TRY301  # it is to have a traceback
    except ValueError:
        structlog.get_logger("app.structlog").exception("bad", **event_dict)
    handler.handle(records.get())

    assert (
        app.getvalue() == "bad|Traceback (most recent call last):|ValueError: no|<class 'object'>\n"
    )
    assert event_dict == {"card": object}


def seen(logger, name, event_dict):
    """Render what is of interest."""
    stack = event_dict["exception"].splitlines()
    return "|".join([event_dict["event"], stack[0], stack[-1], event_dict["card"]])


def test_rendered_before_logging():
    """A `Renderer` may also end structlog's own chain, with text for a logger of logging."""
    structlog.configure(
        processors=[Renderer(output="text", exclude=["timestamp"], span_source=lambda: None)],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    out = io.StringIO()
    logger = logging.getLogger("app.rendered")
    logger.handlers, logger.propagate = [logging.StreamHandler(out)], False
    structlog.get_logger("app.rendered").error("e %s", "x", a=1)
    logger.handlers, logger.propagate = [], True

    assert out.getvalue() == '{"level":"error","logger":"app.rendered","message":"e x","a":1}\n'
