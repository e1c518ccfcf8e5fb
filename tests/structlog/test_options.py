"""The formatter's options in a `Renderer`, alone and in `ProcessorFormatter`."""

import io
import logging

import pytest
import structlog
from opentelemetry import baggage, context
from structlog.stdlib import ExtraAdder, ProcessorFormatter

import tracefmt
from tracefmt.structlog import Renderer

OPTIONS = {
    "span_source": lambda: None,
    "exclude": ["timestamp", "logger"],
    "redact": ["**.pin"],
    "max_string_length": 8,
    "max_items": 2,
    "baggage": ["tenant"],
    "structlog_contextvars": True,
    "mixin": lambda: {"host": "h1", "pin": 5},
}
GIVEN = {"user": {"pin": 1, "name": "ada" * 5}, "list": [1, 2, 3], "pin": 2}
LINE = (
    '{"level":"info","message":"paid mor…<1 more>","tenant":"acme","bound_by":"structlo…<2 more>",'
    '"request":"r-1","host":"h1","pin":"[redacted]",'
    '"user":{"pin":"[redacted]","name":"adaadaad…<7 more>"},"list":[1,2,"<more than 2 items>"]}\n'
)


@pytest.fixture
def surroundings():
    """Fields of the context, from each of its sources."""
    token = context.attach(baggage.set_baggage("tenant", "acme"))
    structlog.contextvars.bind_contextvars(bound_by="structlogs")
    with tracefmt.bind(request="r-1"):
        yield
    context.detach(token)


@pytest.fixture
def through_logging():
    """Set structlog up over logging with a `ProcessorFormatter`; return the stream."""
    structlog.configure(
        processors=[ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        ProcessorFormatter(processors=[Renderer(**OPTIONS)], foreign_pre_chain=[ExtraAdder()])
    )
    logger = logging.getLogger("tests.options")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    yield out
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("surroundings")
def test_renderer(out):
    """Redaction, limits and the context's fields hold for event dicts."""
    structlog.configure(
        processors=[Renderer(**OPTIONS)], logger_factory=structlog.BytesLoggerFactory(out)
    )
    structlog.get_logger().info("paid more", **GIVEN)

    assert out.getvalue().decode() == LINE


@pytest.mark.usefixtures("surroundings")
def test_processor_formatter(through_logging):
    """They hold for structlog's lines and logging's alike, in a `ProcessorFormatter`."""
    structlog.get_logger("tests.options").info("paid more", **GIVEN)
    logging.getLogger("tests.options").info("paid more", extra=GIVEN)

    assert through_logging.getvalue() == LINE * 2


@pytest.mark.usefixtures("surroundings")
def test_otlp(out):
    """Bound fields are attributes of OTLP, too."""
    renderer = Renderer("otlp", span_source=lambda: None, baggage=["tenant"])
    line = renderer(None, "info", {"left": 3, "event": "stock low"})

    assert (
        b'"attributes":[{"key":"tenant","value":{"stringValue":"acme"}},'
        b'{"key":"request","value":{"stringValue":"r-1"}},{"key":"left","value":{"intValue":"3"}}]'
    ) in line
