"""A connection to a host's WinRM service, with whatever the host's authentication needs.

Nothing here changes what other threads see: secrets that libraries take as files alone are in a folder of the session's own,
and no environment variable is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import spnego
from pypsrp.wsman import WSMan

from hyperv_operator.errors import AuthenticationFailed, KdcUnreachable, LogonRefused
from hyperv_operator.ports import HostEndpoint
from hyperv_operator.winrm import certificates, kerberos
from hyperv_operator.winrm.files import private_file

OPERATION_TIMEOUT = 20
READ_TIMEOUT = 30
CONNECTION_TIMEOUT = 10
ENVELOPE = 512_000
_RETRIES = 1
"""How often a Receive is sent again that had no answer."""


@dataclass(frozen=True)
class Connection:
    """A connection that is made with its first request."""

    wsman: WSMan
    endpoint: HostEndpoint
    has_ticket: bool
    """Kerberos it is, and not a password, that the host is offered."""

    @property
    def where(self) -> str:
        """The address and port, as messages name them."""
        return f"{self.endpoint.address}:{self.endpoint.port}"

    def hurry(self, seconds: int) -> None:
        """Let no further request take longer than this: for what is no loss if it does not arrive."""
        self.wsman.operation_timeout = seconds
        self.wsman.transport.connection_timeout = self.wsman.transport.read_timeout = seconds + 1


def connect(endpoint: HostEndpoint, folder: Path) -> Connection:
    """Prepare a connection; `folder` is the session's own, and has to stay as long as the connection does.

    Asks for a Kerberos ticket where one is needed, and raises what that raises, or `CredentialsUnusable`. pypsrp's exceptions
    come with the first request.
    """
    # pypsrp's hints know neither a path as trust nor a credential in the place of a name, nor its own keyword arguments.
    options: dict[str, Any] = {"cert_validation": True, "auth": endpoint.authentication}
    credentials = endpoint.credentials
    cache = _tickets(endpoint, folder)
    if endpoint.authentication == "certificate":
        pair = certificates.checked(endpoint)
        options["certificate_pem"] = private_file(folder, "client.pem", pair.certificate.encode())
        options["certificate_key_pem"] = private_file(folder, "client.key", pair.key.encode())
    elif cache:
        options["username"] = spnego.KerberosCCache(cache)
        options["negotiate_service"] = kerberos.SERVICE
    else:
        options["username"] = credentials.username
        options["password"] = credentials.password.get_secret_value() if credentials.password else None
        # Left to choose, the library would offer the same password to Kerberos and to NTLM: two refusals where one is meant.
        options["auth"] = "ntlm" if endpoint.authentication == "negotiate" else endpoint.authentication
    if endpoint.ca_bundle:
        options["cert_validation"] = private_file(folder, "ca.pem", endpoint.ca_bundle.encode())
    wsman = WSMan(
        endpoint.address,
        max_envelope_size=ENVELOPE,
        operation_timeout=OPERATION_TIMEOUT,
        port=endpoint.port,
        ssl=endpoint.transport == "https",
        connection_timeout=CONNECTION_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        encryption="auto",
        no_proxy=True,
        **options,
    )
    wsman.transport.send = partial(_send, wsman.transport, wsman.transport.send)  # type: ignore[method-assign]
    return Connection(wsman, endpoint, has_ticket=cache is not None)


def _send(
    transport: Any, send: Callable[..., bytes], message: bytes, *, retries_on_read_timeout: int = 0, **_: object
) -> bytes:
    """Send with timeouts of our own: pypsrp gives a Receive 2 s more than the host may wait, and sends it again 5 times.

    A host that takes 2 s for each operation would have none of them answered in time, and one that has lost its network
    would hold the worker for more than 2 minutes.
    """
    return send(
        message,
        retries_on_read_timeout=min(retries_on_read_timeout, _RETRIES),
        timeout=(transport.connection_timeout, transport.read_timeout),
    )


def _tickets(endpoint: HostEndpoint, folder: Path) -> str | None:
    """Return the cache with the session's tickets, or None where it goes without: negotiate has NTLM to fall back to."""
    if endpoint.authentication == "kerberos":
        return kerberos.ticket(endpoint, folder)
    credentials = endpoint.credentials
    if endpoint.authentication != "negotiate" or not (credentials.keytab or "@" in (credentials.username or "")):
        return None
    try:
        return kerberos.ticket(endpoint, folder)
    except LogonRefused:
        raise
    except (AuthenticationFailed, KdcUnreachable):
        if credentials.password is None:
            raise
        return None
