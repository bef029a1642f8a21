"""Liveness and readiness, and the console at the root."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from hyperv_operator.gateway import static

routes: Final = APIRouter(tags=["health"])


@routes.get("/healthz", response_class=PlainTextResponse)
async def read_liveness() -> str:
    """Answer while the event loop runs."""
    return "ok\n"


@routes.get("/readyz", response_class=PlainTextResponse)
async def read_readiness() -> str:
    """Answer while the gateway accepts requests.

    The Kubernetes API is not asked: if it is away, a problem document is a better answer than none.
    """
    return "ok\n"


console: Final = APIRouter()
console.add_api_route("/{path:path}", static.answer, methods=["GET", "HEAD"], include_in_schema=False)
