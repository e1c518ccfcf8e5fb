"""Checkout: prices the cart, reserves the stock, has the card charged, mails a receipt."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tracefmt.cli.demo.services.serving import application

orders = logging.getLogger("checkout.orders")
cart = logging.getLogger("checkout.cart")
stock = logging.getLogger("checkout.stock")
payment_client = logging.getLogger("checkout.payment_client")
receipts = logging.getLogger("checkout.receipts")

PRICES = {"tea": 450, "pot": 3200, "cup": 890}  # in cents

# The flaw of this service: the threads of a plain pool do not see the context of the code that
# submits.  `tracefmt.propagation.install()` makes them carry it.
mail_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def build(upstream: str) -> Starlette:
    """Return the application; `upstream` is the address of payments."""
    mail_pool.submit(int).result()  # the thread starts here, outside any request
    return application([Route("/orders", order, methods=["POST"])], upstream)


async def order(request: Request) -> JSONResponse:
    """Turn a cart into an order, or say that the card could not be charged."""
    wanted = await request.json()
    about = {"order_id": wanted["order_id"]}
    orders.info("order received", extra={**about, "user_id": wanted["user_id"]})
    total = sum(PRICES[item] for item in wanted["items"])
    cart.info("cart priced", extra={**about, "items": wanted["items"], "total_cents": total})
    await run_in_threadpool(reserve, about, len(wanted["items"]))
    if not await charge(request.state.upstream, wanted["card"], total, about):
        stock.info("stock released", extra=about)
        orders.warning("order cancelled", extra=about)
        return JSONResponse({"error": "the card could not be charged"}, 502)
    mail_pool.submit(mail_receipt, about, wanted["user_id"])
    orders.info("order placed", extra={**about, "total_cents": total})
    return JSONResponse({**about, "total_cents": total})


def reserve(about: dict[str, Any], pieces: int) -> None:
    """Reserve the stock; runs in a thread, as blocking database drivers do."""
    time.sleep(0.001)
    stock.info("stock reserved", extra={**about, "pieces": pieces, "warehouse": "eu-1"})


async def charge(payments: httpx.AsyncClient, card: str, total: int, about: dict[str, Any]) -> bool:
    """Have the card charged; return whether that was done."""
    payment_client.info("charging the card", extra={**about, "amount_cents": total})
    answer = await payments.post("/charges", json={**about, "card": card, "amount_cents": total})
    if answer.is_server_error:
        payment_client.error(
            "payments answered %d",
            answer.status_code,
            extra={
                **about,
                "http.response.status_code": answer.status_code,
                "url.path": "/charges",
                "amount_cents": total,
            },
        )
        return False
    payment_client.info("card charged", extra={**about, "charge_id": answer.json()["charge_id"]})
    return True


def mail_receipt(about: dict[str, Any], user_id: str) -> None:
    """Mail the receipt, in the background."""
    time.sleep(0.0005)
    receipts.info("receipt mailed", extra={**about, "user_id": user_id})
