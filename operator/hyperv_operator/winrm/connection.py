"""A connection to a host's WinRM service, for every kind of authentication.

Connections do not affect each other: secrets that libraries accept only as files are in the session's own folder, and no
environment variable is set.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from hyperv_operator.winrm.allowance import MAX_ENVELOPE_BYTES
from hyperv_operator.winrm.credentials import check_basic, client_certificate_files
from hyperv_operator.winrm.transport import CONNECTION_TIMEOUT, READ_TIMEOUT, HostTransport

OPERATION_TIMEOUT = 20


@dataclass(frozen=True)
class Connection:
    """A connection; it is established by its first request."""

    wsman: WSMan
    transport: HostTransport
    endpoint: HostEndpoint
    has_ticket: bool
    """Whether it authenticates with a Kerberos ticket and not with a password."""

    @property
    def where(self) -> str:
        """The address and port, for messages."""
        return self.endpoint.where

    def begin_call(self, seconds: float) -> None:
        """Begin a call: whatever the host sends from now on ends after so many seconds."""
        self.transport.allowance.begin_call(seconds)

    def limit_timeouts(self, seconds: int) -> None:
        """Shorten the timeouts of all further requests, for requests that may be lost."""
        self.wsman.operation_timeout = seconds
        self.transport.limit_timeouts(seconds + 1)


def connect(endpoint: HostEndpoint, folder: Path) -> Connection:
    """Prepare a connection; `folder` belongs to the session and must exist as long as the connection.

    Fetches a Kerberos ticket if one is needed. Raises `CredentialsUnusable` and the errors of `kerberos.fetch_tickets`; pypsrp
    raises its exceptions with the first request.
    """
    options: dict[str, Any] = {"auth": endpoint.authentication, "negotiate_hostname_override": endpoint.host_name}
    has_ticket = False
    match endpoint.credentials:
        case CertificateCredentials() as credentials:
            certificate, key = client_certificate_files(endpoint.credentials_name, credentials, folder)
            options["certificate_pem"], options["certificate_key_pem"] = certificate, key
        case (PasswordCredentials() | KeytabCredentials()) as credentials:
            check_basic(endpoint, credentials)
            if cache := _fetch_tickets(endpoint, credentials, folder):
                has_ticket = True
                options["username"] = spnego.KerberosCCache(cache)
                options["negotiate_service"] = kerberos.SERVICE
            else:
                options["username"] = credentials.username
                options["password"] = credentials.password.get_secret_value() if credentials.password else None
                # With `negotiate`, pyspnego would try the same password with Kerberos and with NTLM: two failed logons for one.
                options["auth"] = "ntlm" if endpoint.authentication == "negotiate" else endpoint.authentication
    transport = HostTransport(
        endpoint,
        server=endpoint.server,
        port=endpoint.port,
        ssl=endpoint.transport == "https",
        connection_timeout=CONNECTION_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        encryption="auto",
        **options,
    )
    wsman = WSMan(endpoint.server, max_envelope_size=MAX_ENVELOPE_BYTES, operation_timeout=OPERATION_TIMEOUT)
    wsman.transport = transport
    return Connection(wsman, transport, endpoint, has_ticket)


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
