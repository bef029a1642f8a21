"""A connection to a host's WinRM service, with whatever the host's authentication needs.

Nothing here changes what other threads see: secrets that libraries take as files alone are in a folder of the session's own,
and no environment variable is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pypsrp.wsman import WSMan

from hyperv_operator.hyperv import certificates
from hyperv_operator.ports import HostEndpoint

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

    Raises `CredentialsUnusable`. pypsrp's exceptions come with the first request.
    """
    # pypsrp's hints know neither a path as trust nor its own keyword arguments.
    options: dict[str, Any] = {"cert_validation": True}
    credentials = endpoint.credentials
    if endpoint.authentication == "certificate":
        pair = certificates.checked(endpoint)
        options["certificate_pem"] = private_file(folder, "client.pem", pair.certificate.encode())
        options["certificate_key_pem"] = private_file(folder, "client.key", pair.key.encode())
    else:
        options["username"] = credentials.username
        options["password"] = credentials.password.get_secret_value() if credentials.password else None
    if endpoint.ca_bundle:
        options["cert_validation"] = private_file(folder, "ca.pem", endpoint.ca_bundle.encode())
    wsman = WSMan(
        endpoint.address,
        max_envelope_size=ENVELOPE,
        operation_timeout=OPERATION_TIMEOUT,
        port=endpoint.port,
        ssl=endpoint.transport == "https",
        auth=endpoint.authentication,
        connection_timeout=CONNECTION_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        encryption="auto",
        no_proxy=True,
        **options,
    )
    wsman.transport.send = partial(_send, wsman.transport, wsman.transport.send)  # type: ignore[method-assign]
    return Connection(wsman, endpoint)


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


def private_file(folder: Path, name: str, content: bytes) -> str:
    """Write a file that only this process's user can read, and return its path."""
    path = folder / name
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return str(path)
