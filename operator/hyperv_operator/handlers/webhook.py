"""The HTTPS server of the admission webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from hyperv_operator.handlers.reviews import NotAReviewError, Review, parse
from hyperv_operator.ports import JsonObject
from hyperv_operator.serving.bodies import Bodies, BodyRefusedError
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.serving.clients import ClientAuthority
from hyperv_operator.serving.connections import Limits, Refused
from hyperv_operator.serving.listening import listening

log = logging.getLogger(__name__)

_LIMITS: Final = Limits(connections=128)
_MAX_BYTES: Final = 3_145_728
"""Two objects of the largest size that etcd stores."""
_BODY_SECONDS: Final = 5.0
_MEMORY: Final = 16_777_216

Answer = Callable[[Review], JsonObject]
"""Answers a review."""


@dataclass(frozen=True)
class Site:
    """Where the webhook listens, and whom it answers."""

    address: str
    port: int
    certificate: Callable[[], Certificate]
    """Returns the certificate for a new TLS context."""
    clients: ClientAuthority | None = None
    """None: anyone who reaches the port."""


class WebhookServer:
    """Answers every POST with JSON, whatever its path."""

    def __init__(self, site: Site, answer: Answer, refused: Refused) -> None:
        self._site = site
        self._answer = answer
        self._refused = refused
        self._bodies = Bodies(_MAX_BYTES, _BODY_SECONDS, _MEMORY)

    async def run(self) -> None:
        """Wait for a usable certificate, then serve until cancelled."""
        while True:
            certificate = self._site.certificate()
            if self._site.clients:
                await self._site.clients.require(certificate.context)
            await certificate.wait()
            await self._serve(certificate)

    async def _serve(self, certificate: Certificate) -> None:
        """Serve until the clients' authority changes."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._review)
        address = (self._site.address, self._site.port)
        # A compressed body would be larger than what was counted.
        async with listening(app, address, certificate.context, _LIMITS, self._refused, auto_decompress=False):
            log.info("Serving admission reviews on port %s", self._site.port)
            renewal = asyncio.create_task(certificate.reload_periodically())
            try:
                await (self._site.clients.changed() if self._site.clients else renewal)
            finally:
                renewal.cancel()

    async def _review(self, request: web.Request) -> web.Response:
        clients = self._site.clients
        if clients and not clients.allows(request.get_extra_info("peercert")):
            self._refused("client")
            return _refusal(
                401, "The client certificate has a name that admission.clientCA.allowedNames does not list."
            )
        try:
            review = parse(await self._bodies.read(request), request.content_type)
        except BodyRefusedError as error:
            self._refused(error.reason)
            return _refusal(error.status, error.text)
        except NotAReviewError as error:
            self._refused("not-a-review")
            return _refusal(400, str(error))
        return web.json_response(dict(self._answer(review)))


def _refusal(status: int, text: str) -> web.Response:
    response = web.Response(status=status, text=f"{text}\n")
    response.force_close()  # what is left of the body is not read
    return response
