"""The client certificates that a server asks for."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

PeerCertificate = Mapping[str, object]
"""A client certificate that TLS has verified, as `ssl.SSLObject.getpeercert` returns it."""


def common_names(peer: PeerCertificate) -> list[str]:
    """Return the common names of a certificate's subject."""
    subject = peer.get("subject")
    parts = subject if isinstance(subject, Sequence) else ()
    return [str(value) for part in parts for key, value in part if key == "commonName"]


@dataclass
class ClientAuthority:
    """The authority whose certificates clients must have: a PEM file, read again while the server runs."""

    file: Path
    interval: float
    """Seconds between two looks at the file."""
    names: frozenset[str] = frozenset()
    """Common names of the clients that are answered; empty: all."""
    _used: str = ""
    _last_problem: str = field(default="", repr=False)

    async def require(self, context: ssl.SSLContext) -> None:
        """Wait until the file can be used, and let a new context refuse all clients without a certificate of the authority."""
        self._used = await self._wait_for_another("")
        _trust(context, self._used)

    async def changed(self) -> None:
        """Wait until the file has another authority, which a new context has to trust in place of this one."""
        await self._wait_for_another(self._used)
        log.info("The authority of the webhook's clients has changed; listening again with the new one")

    def allows(self, peer: PeerCertificate | None) -> bool:
        """Return whether the name of a client whose certificate TLS has verified is an allowed one."""
        return not self.names or not self.names.isdisjoint(common_names(peer or {}))

    async def _wait_for_another(self, known: str) -> str:
        """Look at the file until it has another usable text than this one, and return that."""
        while True:
            found = await self._read()
            if found not in ("", known):
                return found
            await asyncio.sleep(self.interval)

    async def _read(self) -> str:
        """Return the file's text; empty if it cannot be used, which is logged once."""
        try:
            found = await asyncio.to_thread(self.file.read_text, "ascii")
            _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), found)
        except (OSError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            if problem != self._last_problem:
                log.warning("The authority of the webhook's clients in %s cannot be used: %s", self.file, problem)
            self._last_problem = problem
            return ""
        self._last_problem = ""
        return found


def _trust(context: ssl.SSLContext, authority: str) -> None:
    context.load_verify_locations(cadata=authority)  # `ValueError` for an empty text, `SSLError` for any other than PEM
    context.verify_mode = ssl.CERT_REQUIRED
    # What the file names is trusted as it is, even if another authority has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
