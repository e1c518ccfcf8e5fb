"""What the golden files hold: one event of each kind, in every schema."""

import logging

from tests.core.cases import exc_info, raised

from tracefmt import SpanContext

SPAN = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, 3)
UNSAMPLED = SpanContext(0x00000000000000008448EB211C80319C, 7, 2)
OPTIONS = {
    "service": "checkout",
    "resource": {
        "service.version": "1.2.3",
        "deployment.environment.name": "prod",
        "service.instance.id": "checkout-7f9c",
    },
    "project": "my-proj",
    "callsite": "ERROR",
    "process": True,
    "thread": True,
}


def record(level, message, /, *args, error=None, **attributes):
    """Return a record that is the same on each machine and in each process."""
    made = logging.LogRecord(
        "app.orders", level, "/app/orders.py", 42, message, args, None, "place"
    )
    made.created = 1700000000.123456
    made.process, made.processName = 4242, "MainProcess"
    made.thread, made.threadName = 140005, "MainThread"
    if error is not None:
        made.exc_info = exc_info(error if error.__traceback__ else raised(error))
    made.__dict__.update(attributes)
    return made


def events():
    """Return pairs of a record and the span it was logged in."""
    values = {"flag": True, "none": None, "ratio": 0.25, "wide": 2**63, "raw": b"\x00\xff"}
    return [
        (record(logging.WARNING, "stock low", sku="A1", left=3), SPAN),
        (record(logging.INFO, "without a span"), None),
        (record(logging.INFO, "not sampled, 64 bits"), UNSAMPLED),
        (record(logging.ERROR, "failed: %s", 7, error=ValueError("bad")), SPAN),
        (record(logging.INFO, "%d", "x"), None),
        (record(logging.DEBUG, "values", **values, list=[1, None, {"k": (1.5,)}], empty={}), None),
        (record(25, "between levels", levelname="Level 25"), None),
        (record(logging.CRITICAL, "forged", level="x", trace_id="y", log="z", body="b"), SPAN),
        (record(logging.INFO, "a stack", stack_info="Stack (most recent call last):"), None),
    ]


def long_events():
    """Return pairs of a record that has too much to say, or an exception, and a span."""
    error = raised(ValueError("no card"), raised(KeyError("card")))
    return [
        (record(logging.ERROR, "short", error=error), SPAN),
        (record(logging.WARNING, "long " * 200, sku="A1", body="é" * 999, items=[0] * 999), SPAN),
        (record(logging.ERROR, "both", error=error, body='"' * 2999, left=3), SPAN),
    ]
