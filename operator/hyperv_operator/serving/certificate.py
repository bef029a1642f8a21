"""The certificate of an HTTPS server, renewed while the server runs.

A server waits for its first certificate, loads renewed ones between two handshakes, and keeps the current one while the new files are
unusable. No file is written.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from pathlib import Path

log = logging.getLogger(__name__)


class Certificate:
    """`tls.crt` and `tls.key` in a folder, the file names of a Secret of type kubernetes.io/tls."""

    def __init__(self, folder: Path, interval: float, server: str) -> None:
        self._folder = folder
        self._interval = interval
        self._server = server
        """Names the server in the log."""
        self._digest = b""
        self._last_problem = ""
        self.context = _context()
        """The server's TLS context; a renewal changes it in place."""

    async def wait(self) -> None:
        """Wait until a usable certificate is loaded."""
        while not self._digest:
            await self.reload()
            if not self._digest:
                await asyncio.sleep(self._interval)

    async def reload_periodically(self) -> None:
        """Load renewed files until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.reload()

    async def reload(self) -> None:
        """Load the files if they have changed. A problem with them is logged once."""
        try:
            found = await asyncio.to_thread(self._read)
            if found is None:
                return
            digest, folder = found
            # On the event loop, like the handshakes, so that none of them sees a certificate without its key.
            _load(self.context, folder)
        except (OSError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            if problem != self._last_problem:
                log.warning("The certificate of the %s in %s cannot be used: %s", self._server, self._folder, problem)
            self._last_problem = problem
            return
        log.info("Loaded the %s certificate of the %s", "renewed" if self._digest else "first", self._server)
        self._digest, self._last_problem = digest, ""

    def _read(self) -> tuple[bytes, Path] | None:
        """Return the digest and the folder of the files, or None if they are already loaded.

        The kubelet swaps the folder that the symbolic links point to, so the key is read next to the resolved certificate.
        """
        folder = (self._folder / "tls.crt").resolve(strict=True).parent
        digest = hashlib.sha256((folder / "tls.crt").read_bytes() + (folder / "tls.key").read_bytes()).digest()
        if digest == self._digest:
            return None
        _load(_context(), folder)  # fails for unmatched files, before the live context is touched
        return digest, folder


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _load(context: ssl.SSLContext, folder: Path) -> None:
    # Without a password argument, OpenSSL would ask for an encrypted key's passphrase on the terminal.
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key", password="")
