"""The gateway: takes orders from outside and hands them on to checkout."""

from __future__ import annotations

import logging
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tracefmt.cli.demo.services.serving import application

http = logging.getLogger("gateway.http")
auth = logging.getLogger("gateway.auth")
routing = logging.getLogger("gateway.routing")


def build(upstream: str) -> Starlette:
    """Return the application; `upstream` is the address of checkout."""
    return application([Route("/orders", order, methods=["POST"])], upstream)


async def order(request: Request) -> JSONResponse:
    """Pass an order on, and checkout's answer back."""
    started = time.perf_counter()
    wanted = await request.json()
    about = {"order_id": wanted["order_id"]}
    http.info("request received", extra={**about, "http.request.method": request.method})
    auth.info("customer known", extra={**about, "user_id": wanted["user_id"]})
    routing.info("passing on to checkout", extra=about)
    answer = await request.state.upstream.post("/orders", json=wanted)
    if answer.is_server_error:
        status = {"http.response.status_code": answer.status_code}
        routing.warning("checkout answered %d", answer.status_code, extra={**about, **status})
    elapsed = round((time.perf_counter() - started) * 1000, 2)
    http.info(
        "request finished",
        extra={**about, "http.response.status_code": answer.status_code, "elapsed_ms": elapsed},
    )
    return JSONResponse(answer.json(), answer.status_code)
