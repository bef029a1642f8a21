"""The HTTPS server of the admission webhook."""

from __future__ import annotations

import logging
from collections.abc import Callable

from aiohttp import web

from hyperv_operator.ports import JsonObject
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.serving.listening import listening

log = logging.getLogger(__name__)

Answer = Callable[[JsonObject], JsonObject]
"""Answers an AdmissionReview; `ValueError`, `TypeError` or `KeyError` if the question is not one."""


class WebhookServer:
    """Answers every POST with JSON, whatever its path."""

    def __init__(self, address: str, port: int, certificate: Certificate, answer: Answer) -> None:
        self._address = address
        self._port = port
        self._certificate = certificate
        self._answer = answer

    async def run(self) -> None:
        """Wait for a usable certificate, then serve until cancelled."""
        await self._certificate.wait()
        app = web.Application()
        app.router.add_post("/{path:.*}", self._serve)
        async with listening(app, self._address, self._port, self._certificate):
            log.info("Serving admission reviews on port %s", self._port)
            await self._certificate.reload_periodically()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            question = await request.json()
            return web.json_response(dict(self._answer(question)))
        except (ValueError, TypeError, KeyError):
            raise web.HTTPBadRequest(text="The request is not an AdmissionReview.\n") from None
