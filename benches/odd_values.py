"""What arrives when a log call carries an odd value: the table in README.md, from real calls."""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import logging
from collections.abc import Callable
from typing import Any

import ecs_logging
import orjson
import structlog
from pythonjsonlogger.json import JsonFormatter
from pythonjsonlogger.orjson import OrjsonFormatter

import tracefmt


class BadRepr:
    def __repr__(self) -> str:
        raise RuntimeError


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def circular() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


VALUES = {
    "a list that holds itself": circular(),
    "a list 100,000 deep": deep(100_000),
    "NaN": float("nan"),
    "a lone surrogate": "\udc80",
    "an integer of 5,001 digits": 10**5000,
    '`{1: 2, "1": 3}`': {1: 2, "1": 3},
    "a tuple as a key": {(1, 2): 3},
    "a `__repr__` that raises": BadRepr(),
}


def verdict(output: bytes) -> str:
    """Say what a strict reader makes of the output of one call."""
    if not output:
        return "lost"
    if len(output.splitlines()) != 1:
        return f"{len(output.splitlines())} lines"
    try:
        orjson.loads(output)  # a strict parser; json.loads below shows the pairs
        json.loads(output, object_pairs_hook=unique)
    except KeyError:
        return "duplicate key"
    except ValueError:
        return "invalid JSON"
    return "valid line"


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise KeyError
    return dict(pairs)


def through_logging(formatter: logging.Formatter) -> Callable[[Any], bytes]:
    def call(value: Any) -> bytes:
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        logger = logging.getLogger("odd")
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        with contextlib.redirect_stderr(io.StringIO()):  # "--- Logging error ---"
            logger.info("message", extra={"value": value})
        return out.getvalue().encode("utf-8", "surrogatepass")

    return call


def through_structlog(value: Any) -> bytes:
    out = io.BytesIO()
    processors = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(serializer=orjson.dumps),
    ]
    structlog.wrap_logger(structlog.BytesLogger(out), processors=processors).info("m", value=value)
    return out.getvalue()


CONTENDERS: dict[str, Callable[[Any], bytes]] = {
    "tracefmt": through_logging(tracefmt.Formatter()),
    "python-json-logger": through_logging(JsonFormatter()),
    "the same, orjson": through_logging(OrjsonFormatter()),
    "ecs-logging": through_logging(ecs_logging.StdlibFormatter()),
    "structlog + orjson": through_structlog,
}


def result(call: Callable[[Any], bytes], value: Any) -> str:
    try:
        return verdict(call(value))
    except Exception:
        return "raises"


def main() -> None:
    names = ("python-json-logger", "ecs-logging", "structlog", "orjson")
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in names), end="\n\n")
    print(f"| value | {' | '.join(CONTENDERS)} |")
    print("|---" * (len(CONTENDERS) + 1) + "|")
    for label, value in VALUES.items():
        cells = [result(call, value) for call in CONTENDERS.values()]
        print(f"| {label} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
