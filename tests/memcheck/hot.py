"""What the extension does with memory that it did not allocate, once or a few times each."""

from __future__ import annotations

import gc
import logging
import os
import threading
from pathlib import Path

import tracefmt

VALUES = [
    *("", "a" * 9, 'quote"\\\n\x7f\u2028é€😀\ud800', "x" * 5000),
    *(0, -1, 2**63, -(2**63), 2**64, 10**400, 1.5, 1e300, float("nan"), True, None),
    *([], [1, [2, [3]]], {}, {"a": {"b": (1, 2)}, 3: 4}, {1, 2}, b"bytes", object()),
]


def log_everything(handler: logging.Handler) -> None:
    """Every kind of value, through records and the native logger, with and without a span."""
    logger = tracefmt.get_logger("memcheck")
    logger.parent, logger.handlers = None, [handler]
    logger.setLevel(logging.DEBUG)
    for value in VALUES:
        logger.info("%s", value, value=value)
        logger.warning("static", extra={"value": value, "other": [value, value]})
        logging.Logger.info(logger, "as a record: %s", value, extra={"value": value})
    with tracefmt.use(tracefmt.SpanContext(1, 2, 1)), tracefmt.bind(tenant="a"):
        for number in range(20):
            logger.bind(number=number).error("inside %d", number)
    try:
        raise ValueError("\ud800")  # noqa: TRY301
    except ValueError:
        logger.exception("raised")
    logger.info("wrong %d", "arguments")
    cycle: list[object] = []
    cycle.append(cycle)
    logger.info("cycle", cycle=cycle)


def main() -> None:
    assert tracefmt.core == "rust"
    stream = Path(os.devnull).open("w")  # noqa: SIM115  # to the end of the process
    for schema in ("flat", "otlp", "ecs", "datadog", "logstash"):
        log_everything(tracefmt.StreamHandler(stream, formatter=tracefmt.Formatter(schema)))
    for options in (
        {"buffer_size": 500},
        {"background": True},
        {"background": True, "max_queued_bytes": 2000, "when_full": "drop_oldest"},
        {"background": True, "max_queued_bytes": 300},
    ):
        handler = tracefmt.StreamHandler(stream, **options)
        threads = [threading.Thread(target=log_everything, args=(handler,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        child = os.fork()
        if child == 0:
            logging.getLogger("memcheck").info("in a child")
            tracefmt.exit_now(0)
        assert os.waitpid(child, 0)[1] == 0
        handler.close()
        gc.collect()


if __name__ == "__main__":
    main()
