"""A connection to a host's WinRM service, for every kind of authentication.

Connections do not affect each other: secrets that libraries accept only as files are in the session's own folder, and no
environment variable is set.
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
from hyperv_operator.ports import (
    AccountCredentials,
    CertificateCredentials,
    HostEndpoint,
    KeytabCredentials,
    PasswordCredentials,
)
from hyperv_operator.winrm import kerberos
from hyperv_operator.winrm.credentials import client_certificate_files, private_file

OPERATION_TIMEOUT = 20
READ_TIMEOUT = 30
CONNECTION_TIMEOUT = 10
MAX_ENVELOPE_BYTES = 512_000
_MAX_RECEIVE_RETRIES = 1


@dataclass(frozen=True)
class Connection:
    """A connection; it is established by its first request."""

    wsman: WSMan
    endpoint: HostEndpoint
    has_ticket: bool
    """Whether it authenticates with a Kerberos ticket and not with a password."""

    @property
    def where(self) -> str:
        """The address and port, for messages."""
        return f"{self.endpoint.address}:{self.endpoint.port}"

    def limit_timeouts(self, seconds: int) -> None:
        """Shorten the timeouts of all further requests, for requests that may be lost."""
        self.wsman.operation_timeout = seconds
        self.wsman.transport.connection_timeout = self.wsman.transport.read_timeout = seconds + 1


def connect(endpoint: HostEndpoint, folder: Path) -> Connection:
    """Prepare a connection; `folder` belongs to the session and must exist as long as the connection.

    Fetches a Kerberos ticket if one is needed. Raises `CredentialsUnusable` and the errors of `kerberos.fetch_tickets`; pypsrp
    raises its exceptions with the first request.
    """
    # pypsrp's type hints know neither a path for `cert_validation`, nor a credential for `username`, nor its keyword arguments.
    options: dict[str, Any] = {"cert_validation": True, "auth": endpoint.authentication}
    has_ticket = False
    match endpoint.credentials:
        case CertificateCredentials() as credentials:
            certificate, key = client_certificate_files(endpoint.credentials_name, credentials, folder)
            options["certificate_pem"], options["certificate_key_pem"] = certificate, key
        case (PasswordCredentials() | KeytabCredentials()) as credentials:
            if cache := _fetch_tickets(endpoint, credentials, folder):
                has_ticket = True
                options["username"] = spnego.KerberosCCache(cache)
                options["negotiate_service"] = kerberos.SERVICE
            else:
                options["username"] = credentials.username
                options["password"] = credentials.password.get_secret_value() if credentials.password else None
                # With `negotiate`, pyspnego would try the same password with Kerberos and with NTLM: two failed logons for one.
                options["auth"] = "ntlm" if endpoint.authentication == "negotiate" else endpoint.authentication
    if endpoint.ca_bundle:
        options["cert_validation"] = private_file(folder, "ca.pem", endpoint.ca_bundle.encode())
    wsman = WSMan(
        endpoint.address,
        max_envelope_size=MAX_ENVELOPE_BYTES,
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
    return Connection(wsman, endpoint, has_ticket)


def _send(
    transport: Any, send: Callable[..., bytes], message: bytes, *, retries_on_read_timeout: int = 0, **_: object
) -> bytes:
    """Send a message with this module's timeouts and number of retries.

    pypsrp's read timeout of a Receive exceeds the host's own timeout by only 2 s, and pypsrp retries a Receive 5 times. A host
    that takes 2 s per operation would never answer in time, and one without a network would block the worker for over 2 minutes.
    """
    return send(
        message,
        retries_on_read_timeout=min(retries_on_read_timeout, _MAX_RECEIVE_RETRIES),
        timeout=(transport.connection_timeout, transport.read_timeout),
    )


def _fetch_tickets(endpoint: HostEndpoint, credentials: AccountCredentials, folder: Path) -> str | None:
    """Return the session's ticket cache, or None to authenticate with the password; `negotiate` can fall back to NTLM."""
    if endpoint.authentication == "kerberos":
        return kerberos.fetch_tickets(endpoint, credentials, folder)
    can_use_kerberos = isinstance(credentials, KeytabCredentials) or "@" in credentials.username
    if endpoint.authentication != "negotiate" or not can_use_kerberos:
        return None
    try:
        return kerberos.fetch_tickets(endpoint, credentials, folder)
    except LogonRefused:
        raise
    except (AuthenticationFailed, KdcUnreachable):
        if credentials.password is None:
            raise
        return None
