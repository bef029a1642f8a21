"""Authentication: Basic per request, NTLM and Negotiate per connection."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
import threading
from asyncio import Transport
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

import spnego
from aiohttp import web
from spnego.exceptions import SpnegoError

_NTLM_USERS = threading.Lock()
"""pyspnego reads the accounts from a file named by an environment variable, so the hosts of a process must take turns."""


class Gate:
    """Authenticates requests."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self.refused = 0
        self.is_administrator = False
        """Whether the account can see and end the shells of other accounts."""
        # By the connection itself: the id of one that is closed is given to another.
        self._contexts: WeakKeyDictionary[Transport, spnego.ContextProxy] = WeakKeyDictionary()
        self._open: WeakSet[Transport] = WeakSet()

    def check(self, request: web.Request) -> web.Response | None:
        """Return None for an authenticated request, otherwise its 401 response."""
        connection = request.transport
        assert connection is not None
        header = request.headers.get("Authorization", "")
        kind, _, value = header.partition(" ")
        if not header:
            return None if connection in self._open else self._challenge()
        if kind == "Basic":
            return self._basic(value)
        if kind in ("Negotiate", "NTLM", "Kerberos"):
            return self._negotiate(connection, kind, value)
        return self._challenge()

    def forget(self) -> None:
        """Require every connection to log on again."""
        self._contexts.clear()
        self._open.clear()

    def _basic(self, value: str) -> web.Response | None:
        try:
            given = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if given == f"{self.username}:{self.password}":
            return None
        self.refused += 1
        return self._challenge()

    def _negotiate(self, connection: Transport, kind: str, value: str) -> web.Response | None:
        token = base64.b64decode(value)
        fresh = token.startswith(b"NTLMSSP\x00\x01") or connection not in self._contexts
        try:
            with _NTLM_USERS, tempfile.TemporaryDirectory(prefix="hostsim-") as folder:
                users = Path(folder) / "users"
                users.write_text(f":{self.username}:{self.password}\n")
                os.environ["NTLM_USER_FILE"] = str(users)
                if fresh:
                    protocol = "ntlm" if token.startswith(b"NTLMSSP") else "negotiate"
                    options = (
                        spnego.NegotiateOptions.use_negotiate
                        if protocol == "negotiate"
                        else spnego.NegotiateOptions.none
                    )
                    self._contexts[connection] = spnego.server(protocol=protocol, options=options)
                context = self._contexts[connection]
                answer = context.step(token)
        except SpnegoError:
            self._contexts.pop(connection, None)
            self.refused += 1
            return self._challenge()
        if not context.complete:
            challenge = f"{kind} {base64.b64encode(answer or b'').decode()}"
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        self._open.add(connection)
        return None

    def _challenge(self) -> web.Response:
        response = web.Response(status=401)
        response.headers.add("WWW-Authenticate", "Negotiate")
        response.headers.add("WWW-Authenticate", 'Basic realm="WSMAN"')
        return response
