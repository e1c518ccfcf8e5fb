"""The requests: orders for the gateway, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tracefmt.cli.demo.failure import DemoError

GOOD_CARD, SILENT_CARD = "4000-0000-0000-1881", "4000-0000-0000-0341"
PLACED, FAILED = 200, 502
EVERY_TENTH = 10


def orders(number: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield that many orders, each with the status that the gateway must answer."""
    for index in range(number):
        fails = index % EVERY_TENTH == 1
        order = {
            "order_id": f"o-{index:05}",
            "user_id": f"u-{8400 + index % 97}",
            "items": ["tea", "pot", "cup"][: 1 + index % 3],
            "card": SILENT_CARD if fails else GOOD_CARD,
        }
        yield order, FAILED if fails else PLACED


def send(url: str, number: int, concurrency: int, answered: Callable[[], None]) -> dict[int, int]:
    """
    Send the orders and return how often each status came back.

    Args:
        url: the gateway.
        number: how many orders.
        concurrency: how many are on their way at the same time.
        answered: called after each.

    Raises:
        DemoError: an order got no answer, or another one than it must.
    """
    return asyncio.run(_send(url, number, concurrency, answered))


async def _send(
    url: str, number: int, concurrency: int, answered: Callable[[], None]
) -> dict[int, int]:
    statuses = {PLACED: 0, FAILED: 0}
    waiting = orders(number)  # shared: each worker takes the next one

    async def work() -> None:
        for order, expected in waiting:
            try:
                answer = await client.post("/orders", json=order)
            except httpx.TransportError as error:
                message = f"order {order['order_id']} got no answer: {error!r}"
                raise DemoError(message) from error
            if answer.status_code != expected:
                message = f"order {order['order_id']} got {answer.status_code}, not {expected}"
                raise DemoError(message)
            statuses[expected] += 1
            answered()

    # no proxy stands before a service on this machine
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        await asyncio.gather(*(work() for _ in range(min(concurrency, number))))
    return statuses
