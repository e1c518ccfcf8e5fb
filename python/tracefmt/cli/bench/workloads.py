"""What is logged, as data: the one home of the workloads, for ``benches/`` too."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

LOGGER = "checkout.orders"
TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
SPAN_ID = 0xB7AD6B7169203331
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Workload:
    """
    One kind of call.

    Attributes:
        name: ``"W1"`` to ``"W7"``.
        title: what it is, in a few words.
        message: what is logged, with %-marks for the arguments.
        args: the arguments of the message.
        fields: the attributes of the line, by name.
        in_span: whether the call is made inside a sampled span.
        enabled: whether the logger's level lets it through.
        exception: whether it is ``exception()``, three frames from where it was raised.
    """

    name: str
    title: str
    message: str
    args: tuple[Any, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    in_span: bool = True
    enabled: bool = True
    exception: bool = False

    @property
    def text(self) -> str:
        """The message as it is to arrive."""
        return self.message % self.args if self.args else self.message


REQUEST: Mapping[str, Any] = MappingProxyType(
    {
        "user_id": "u-8412",
        "attempt": 3,
        "elapsed_ms": 12.75,
        "cached": False,
        "tags": ["eu", "beta"],
    }
)

_USER = {
    "name": "Jane Doe",
    "email": "jane@test.com",
    "created_at": datetime.datetime(1980, 1, 1, 12, tzinfo=datetime.timezone.utc),
}
_TIMES = [datetime.datetime.fromtimestamp(second, datetime.timezone.utc) for second in range(10)]
_TEXTS = [
    f"Test logging, but use a somewhat realistic message length. (#{number})"
    for number in range(10)
]

# The fields of zap's own benchmarks: https://github.com/uber-go/zap/tree/master/benchmarks
ZAP: Mapping[str, Any] = MappingProxyType(
    {
        "int": 1,
        "ints": [1, 2, 3, 4, 5, 6, 7, 8, 9, 0],
        "string": _TEXTS[0],
        "strings": _TEXTS,
        "time": _TIMES[0],
        "times": _TIMES,
        "user1": _USER,
        "user2": _USER,
        "users": [_USER] * 10,
        "error": ValueError("fail"),
    }
)

_FINISHED = "request finished"

WORKLOADS: Mapping[str, Workload] = MappingProxyType(
    {
        workload.name: workload
        for workload in (
            Workload("W1", "a static message", _FINISHED),
            Workload("W2", "two %-arguments", "order %s paid in %d ms", ("o-3391", 31)),
            Workload("W3", "five attributes", _FINISHED, fields=REQUEST),
            Workload("W4", "zap's ten fields", _FINISHED, fields=ZAP),
            Workload("W5", "exception(), three frames", "payment failed", exception=True),
            Workload("W6", "W3 without a span", _FINISHED, fields=REQUEST, in_span=False),
            Workload("W7", "W3, disabled", _FINISHED, fields=REQUEST, enabled=False),
        )
    }
)
