"""The webhook's HTTPS server: kopf's, with a certificate that is renewed under it.

kopf's own way is to read the files once a minute and to start anew when they differ; a file that is missing or a key that
does not fit its certificate would end the operator. Here the server waits for its first certificate, takes later ones over
between two handshakes, and keeps the one it has while the new files cannot be used. It writes no file.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import kopf
from typing_extensions import override

log = logging.getLogger(__name__)


class Certificate:
    """`tls.crt` and `tls.key` of a folder, as cert-manager and `kubectl create secret tls` name them."""

    def __init__(self, folder: Path, interval: float) -> None:
        self.context = _context()
        """What the server answers handshakes with; it is changed in place."""
        self._folder = folder
        self._interval = interval
        self._digest = b""
        self._complaint = ""

    async def wait(self) -> None:
        """Return when there is a certificate to serve with."""
        while not self._digest:
            await self.look()
            if not self._digest:
                await asyncio.sleep(self._interval)

    async def follow(self) -> None:
        """Take renewals over until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.look()

    async def look(self) -> None:
        """Load the files if they have changed; what keeps them from being used is logged once."""
        try:
            found = await asyncio.to_thread(self._read)
            if found is None:
                return
            digest, folder = found
            # On the event loop, where handshakes are made: none sees a certificate without its key.
            _load(self.context, folder)
        except (OSError, ValueError) as error:
            complaint = f"{type(error).__name__}: {error}"
            if complaint != self._complaint:
                log.warning("The webhook's certificate in %s cannot be used: %s", self._folder, complaint)
            self._complaint = complaint
            return
        log.info("The webhook serves with %s certificate", "a renewed" if self._digest else "its")
        self._digest, self._complaint = digest, ""

    def _read(self) -> tuple[bytes, Path] | None:
        """Return a digest of the files and where they are, or None if they are those in use.

        A kubelet swaps the folder that `tls.crt` leads to: the key is taken from beside it, not by its own link.
        """
        folder = (self._folder / "tls.crt").resolve(strict=True).parent
        digest = hashlib.sha256((folder / "tls.crt").read_bytes() + (folder / "tls.key").read_bytes()).digest()
        if digest == self._digest:
            return None
        _load(_context(), folder)  # half a renewal would leave the live context without a key
        return digest, folder


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _load(context: ssl.SSLContext, folder: Path) -> None:
    # A key with a passphrase would be asked for on the terminal.
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key", password="")


class WebhookServer(kopf.WebhookServer):
    """Serves reviews under `/<handler id>`."""

    def __init__(self, address: str, port: int, certificate: Certificate) -> None:
        super().__init__(addr=address, port=port)
        self._certificate = certificate

    @override
    async def __call__(self, fn: kopf.WebhookFn) -> AsyncIterator[kopf.WebhookClientConfig]:
        """Serve from the first usable certificate on, until cancelled."""
        await self._certificate.wait()
        renewals = asyncio.create_task(self._certificate.follow())
        try:
            async for config in super().__call__(fn):
                log.info("Admission reviews are served on port %s", self.port)
                yield config
        finally:
            renewals.cancel()

    @override
    def _build_ssl(self) -> tuple[bytes | None, ssl.SSLContext | None]:
        return None, self._certificate.context
