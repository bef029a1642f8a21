"""The HTTPS server of the aggregated API.

Only the API server gets an answer. It is recognised by its front-proxy client certificate, whose authority is read again
periodically; a new authority makes the server listen again with it, so that an old one is not trusted any longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hyperv_operator.errors import ClusterError
from hyperv_operator.livelogs.api import SubresourceApi
from hyperv_operator.ports import FrontProxies, FrontProxy
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.serving.connections import Limits, Refused
from hyperv_operator.serving.listening import listening

log = logging.getLogger(__name__)

_PROXY_SECONDS: Final = 60.0
_PROXY_RETRY_SECONDS: Final = 5.0
_LIMITS: Final = Limits(connections=512)
"""More than the readers that may follow logs, as the API server keeps connections open."""
_CLOSE_SECONDS: Final = 3.0
"""How long clients may take to read the last lines when the server stops."""


@dataclass(frozen=True)
class Listen:
    """Where the server listens, and its certificate."""

    address: str
    port: int
    folder: Path
    reload_seconds: float
    refused: Refused
    """Counts what is refused before it reaches the API."""


class SubresourceServer:
    """Serves the aggregated API."""

    def __init__(self, listen: Listen, proxies: FrontProxies, api: SubresourceApi) -> None:
        self._listen = listen
        self._proxies = proxies
        self._api = api
        self._proxy: FrontProxy | None = None
        self._last_problem = ""

    async def run(self) -> None:
        """Wait for a usable certificate, then serve until cancelled."""
        self._proxy = await self._read_proxy()
        while True:
            certificate = Certificate(self._listen.folder, self._listen.reload_seconds, "aggregated API")
            believed = self._proxy if self._proxy and _trust(certificate.context, self._proxy) else None
            await certificate.wait()
            async with self._serving(certificate, believed):
                renewal = asyncio.create_task(certificate.reload_periodically())
                try:
                    self._proxy = await self._changed_proxy()
                finally:
                    renewal.cancel()

    async def _changed_proxy(self) -> FrontProxy | None:
        """Wait until the API server publishes another client certificate, and return that."""
        while True:
            await asyncio.sleep(_PROXY_SECONDS if self._proxy else _PROXY_RETRY_SECONDS)
            self._api.store.forget_gone()
            found = await self._read_proxy()
            if found != self._proxy:
                log.info("The API server's client certificate has changed; serving the aggregated API with the new one")
                return found

    async def _read_proxy(self) -> FrontProxy | None:
        try:
            found = await self._proxies.read()
        except ClusterError as error:
            if error.message != self._last_problem:
                log.warning("The API server's client certificate is not known: %s", error.message)
            self._last_problem = error.message
            return self._proxy
        self._last_problem = ""
        return found

    @contextlib.asynccontextmanager
    async def _serving(self, certificate: Certificate, proxy: FrontProxy | None) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        app, address = self._api.application(proxy, stopping), (self._listen.address, self._listen.port)
        options = {"handler_cancellation": True, "shutdown_timeout": _CLOSE_SECONDS}
        async with listening(app, address, certificate.context, _LIMITS, self._listen.refused, **options):
            log.info("Serving the aggregated API on port %s", self._listen.port)
            try:
                yield
            finally:
                stopping.set()
                self._api.store.wake_all()


def _trust(context: ssl.SSLContext, proxy: FrontProxy) -> bool:
    """Ask for a client certificate and verify it; return whether the authority can be used.

    A client without a certificate is not refused here: it gets an answer that says what is missing.
    """
    try:
        context.load_verify_locations(cadata=proxy.authority)
    except (ssl.SSLError, ValueError) as error:
        log.warning("The authority of the API server's client certificate cannot be used: %s", error)
        return False
    context.verify_mode = ssl.CERT_OPTIONAL
    # What the ConfigMap names is trusted as it is, even if another authority has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return True
