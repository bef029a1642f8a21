"""WinRM services with authentication that the simulated host lacks: encrypted messages over HTTP, and client certificates."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import ssl
from asyncio import Transport
from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

import spnego
from aiohttp import web
from pypsrp.encryption import WinRMEncryption
from spnego.exceptions import SpnegoError
from typing_extensions import override

from hostsim import auth
from hostsim.auth import Gate
from hostsim.host import SimulatedHost
from hostsim.wsman import WsmanServer

_ENCRYPTED = "multipart/encrypted"


class SpnegoGate(Gate):
    """Accepts NTLM, Kerberos or Negotiate, and encrypts messages with the negotiated context."""

    def __init__(
        self, username: str, password: str, folder: Path, *, schemes: tuple[str, ...] = ("Negotiate",)
    ) -> None:
        super().__init__(username, password)
        self.schemes = schemes
        self.users = folder / "ntlm-users"
        self.used: list[str] = []
        """The protocol of each accepted logon."""
        self._last_tokens: WeakKeyDictionary[Transport, tuple[str, bytes]] = WeakKeyDictionary()

    @override
    def _negotiate(self, connection: Transport, kind: str, value: str) -> web.Response | None:
        token = base64.b64decode(value)
        if token.startswith(b"NTLMSSP\x00\x01") or connection not in self._contexts:
            self._contexts.pop(connection, None)
        try:
            with auth._NTLM_USERS:
                self.users.write_text(f":{self.username}:{self.password}\n")
                os.environ["NTLM_USER_FILE"] = str(self.users)
                context = self._contexts.get(connection) or self._server(token)
                self._contexts[connection] = context
                answer = context.step(token)
        except (SpnegoError, AttributeError):
            # pyspnego raises an AttributeError on its own context after GSSAPI has rejected a ticket.
            self._contexts.pop(connection, None)
            self.refused += 1
            return self._challenge()
        if not context.complete:
            return web.Response(
                status=401, headers={"WWW-Authenticate": f"{kind} {base64.b64encode(answer or b'').decode()}"}
            )
        self.used.append(str(context.negotiated_protocol))
        self._open.add(connection)
        if answer:
            self._last_tokens[connection] = (kind, answer)
        return None

    @override
    def _basic(self, value: str) -> web.Response | None:
        return self._challenge()

    @staticmethod
    def _server(token: bytes) -> spnego.ContextProxy:
        if token.startswith(b"NTLMSSP"):
            return spnego.server(protocol="ntlm")
        return spnego.server(hostname="localhost", protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)

    @override
    def _challenge(self) -> web.Response:
        response = web.Response(status=401)
        for scheme in self.schemes:
            response.headers.add("WWW-Authenticate", scheme)
        return response

    def encryption(self, request: web.Request) -> WinRMEncryption:
        """Return the encryption of a connection's messages."""
        return WinRMEncryption(self._contexts[_connection(request)], WinRMEncryption.SPNEGO)

    def last_token(self, request: web.Request) -> dict[str, str]:
        """Return the header of the host's last token, once, which authenticates the host to the client."""
        kind, token = self._last_tokens.pop(_connection(request), ("", b""))
        return {"WWW-Authenticate": f"{kind} {base64.b64encode(token).decode()}"} if token else {}


def _connection(request: web.Request) -> Transport:
    assert request.transport is not None
    return request.transport


class CertificateGate(Gate):
    """Accepts client certificates that are mapped to the account."""

    def __init__(self, username: str) -> None:
        super().__init__(username, "")
        self.mapped: set[str] = set()
        """The SHA-256 of each mapped certificate."""

    def map(self, pem: str) -> None:
        """Map a certificate."""
        self.mapped.add(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest())

    @override
    def check(self, request: web.Request) -> web.Response | None:
        """Return None for a mapped certificate."""
        transport = request.transport
        sent = transport.get_extra_info("ssl_object").getpeercert(binary_form=True) if transport else None
        profile = request.headers.get("Authorization", "").endswith("/secprofile/https/mutual")
        if sent and profile and hashlib.sha256(sent).hexdigest() in self.mapped:
            return None
        self.refused += 1
        return web.Response(status=401)


class _Decrypted:
    """A request with its decrypted body."""

    def __init__(self, request: web.Request, body: bytes) -> None:
        self.headers: dict[str, str] = {}
        self.transport = request.transport
        self.remote = request.remote
        self._body = body

    async def read(self) -> bytes:
        """Return the body."""
        return self._body


class Peer(SimulatedHost):
    """A simulated host behind another gate. Without `tls` it serves HTTP and refuses unencrypted messages."""

    def __init__(self, gate: Gate, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        super().__init__(username=gate.username, **options)
        self.gate: Gate = gate
        self._is_encrypted = tls is None
        self.wsman = WsmanServer(self._agent, gate, self.name.upper())
        self._tls = cast("Any", tls)
        self.clear: list[bytes] = []
        """Every message on the wire over HTTP."""

    @override
    async def _listen(self) -> None:
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_post("/wsman", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, keepalive_timeout=300)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.address, self.port, ssl_context=self._tls).start()
        self.port = int(self._runner.addresses[0][1])

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        gate = self.gate
        if not isinstance(gate, SpnegoGate):
            return await self.wsman.handle(request)
        if not self._is_encrypted:
            answer = await self.wsman.handle(request)
            with suppress(RuntimeError):
                answer.headers.update(gate.last_token(request))
            return answer
        refused = gate.check(request)
        body = await request.read()
        self.clear.append(body)
        if refused is not None:
            return refused
        header = gate.last_token(request)
        if not body:
            return web.Response(headers=header)
        content_type = request.headers.get("Content-Type", "")
        if not content_type.startswith(_ENCRYPTED):
            return web.Response(status=500, text="unencrypted traffic is disabled")
        boundary = re.search(r'boundary="(.*?)"', content_type)
        assert boundary
        encryption = gate.encryption(request)
        plain = encryption.unwrap_message(body, boundary[1])
        answer = await self.wsman.handle(cast("web.Request", _Decrypted(request, plain)))
        assert isinstance(answer, web.Response)
        assert isinstance(answer.body, bytes)
        kind, sealed = encryption.wrap_message(answer.body)
        self.clear.append(sealed)
        encrypted_type = f'{kind};protocol="{encryption.protocol}";boundary="Encrypted Boundary"'
        return web.Response(status=answer.status, body=sealed, headers={**header, "Content-Type": encrypted_type})
