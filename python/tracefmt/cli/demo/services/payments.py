"""Payments: checks a card, asks the bank, writes the ledger."""

from __future__ import annotations

import asyncio
import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tracefmt.cli.demo.services.serving import application

api = logging.getLogger("payments.api")
risk = logging.getLogger("payments.risk")
bank = logging.getLogger("payments.bank")
ledger = logging.getLogger("payments.ledger")

BANK_ANSWERS_WITHIN = 0.003  # seconds
BANK_TIMEOUT = 0.05  # seconds
SILENT_BANK = "0341"  # the bank behind cards with this end does not answer


class BankTimeoutError(Exception):
    """The bank behind a card did not answer in time."""


def build(upstream: str) -> Starlette:
    """Return the application; there is no service behind this one."""
    del upstream
    return application([Route("/charges", charge, methods=["POST"])])


async def charge(request: Request) -> JSONResponse:
    """Charge a card, or answer that the bank did not."""
    wanted = await request.json()
    about = {"order_id": wanted["order_id"]}
    api.info("charge requested", extra={**about, "amount_cents": wanted["amount_cents"]})
    risk.info("card checked", extra={**about, "score": 0.02, "card_end": wanted["card"][-4:]})
    bank.info("asking the bank", extra={**about, "timeout_ms": round(BANK_TIMEOUT * 1000)})
    try:
        await authorize(wanted["card"])
    except BankTimeoutError:
        ledger.exception("charge failed", extra=about)
        return JSONResponse({"error": "the bank did not answer"}, 504)
    charge_id = f"ch-{wanted['order_id']}"
    ledger.info("charge booked", extra={**about, "charge_id": charge_id})
    return JSONResponse({"charge_id": charge_id})


async def authorize(card: str) -> None:
    """Ask the bank behind the card to authorize a charge."""
    answered = asyncio.Event()
    if not card.endswith(SILENT_BANK):
        await asyncio.sleep(BANK_ANSWERS_WITHIN)
        answered.set()
    try:
        await asyncio.wait_for(answered.wait(), BANK_TIMEOUT)
    except asyncio.TimeoutError as error:
        message = f"no answer from the bank within {BANK_TIMEOUT * 1000:.0f} ms"
        raise BankTimeoutError(message) from error
