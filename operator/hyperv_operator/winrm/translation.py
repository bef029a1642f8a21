"""What the layers below raise, as `HostError`. None of their texts is passed on where it might hold a payload or a secret."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import requests
from pypsrp.exceptions import (
    AuthenticationError,
    InvalidPipelineStateError,
    InvalidRunspacePoolStateError,
    WinRMTransportError,
    WSManFaultError,
)
from spnego.exceptions import SpnegoError

from hyperv_operator.errors import (
    AuthenticationFailed,
    HostError,
    HostUnreachable,
    LogonRefused,
    ProtocolViolation,
    ShellLost,
    TlsUntrusted,
    WinRmUnavailable,
)
from hyperv_operator.ports import HostEndpoint
from hyperv_operator.winrm import faults
from hyperv_operator.winrm.connection import CONNECTION_TIMEOUT

_NOT_OFFERED = ("The server did not response with one of the following", "Server responded with the auth protocol")
"""How pypsrp's messages begin when the host offers another authentication."""


@contextlib.contextmanager
def translated(endpoint: HostEndpoint, *, effect: bool, has_ticket: bool = False) -> Iterator[None]:
    """Raise `HostError` and nothing else.

    `effect` tells whether what is done here can change the host, `has_ticket` that a Kerberos ticket is offered to it.
    """
    where = f"{endpoint.address}:{endpoint.port}"
    try:
        yield
    except HostError:
        raise
    except AuthenticationError as error:
        if has_ticket and not _is_unoffered(error):
            raise _of_ticket(where, effect=effect) from None
        raise _unauthorized(error, endpoint, where) from None
    except SpnegoError as error:
        raise (_of_ticket(where, effect=effect) if has_ticket else _without_context(error, endpoint, where)) from None
    except WSManFaultError as error:
        raise faults.of_wsman_fault(error.code, _fault_text(error), where) from None
    except WinRMTransportError as error:
        raise faults.of_http_status(int(error.code), where) from None
    except requests.exceptions.RequestException as error:
        raise _of_requests(error, endpoint, where, effect=effect) from None
    except (InvalidRunspacePoolStateError, InvalidPipelineStateError):
        raise ShellLost(f"The remote shell on {where} is no longer usable.", effect_unknown=effect) from None
    except Exception as error:  # noqa: BLE001 - whatever a hostile or broken answer makes the layers below raise
        if _is_unoffered(error):
            raise _not_offered(endpoint, where, "") from None
        raise ProtocolViolation(
            f"{where} sent something that is not WSMan or PSRP ({type(error).__name__}).",
            effect_unknown=effect,
        ) from None


def _is_unoffered(error: Exception) -> bool:
    return isinstance(error, AuthenticationError | ValueError) and str(error).startswith(_NOT_OFFERED)


def _of_ticket(where: str, *, effect: bool) -> HostError:
    if effect:
        # They were good when the session was opened.
        return ShellLost(
            f"The Kerberos tickets for {where} are no longer valid; new ones are fetched.", effect_unknown=True
        )
    return AuthenticationFailed(
        f"{where} does not accept the Kerberos ticket that the KDC issued for it.",
        remedy="Check that the host's clock is right, that no other account has its service principal (setspn -X finds "
        "those), and that the name in spec.address is this host's own.",
    )


def _unauthorized(error: AuthenticationError, endpoint: HostEndpoint, where: str) -> AuthenticationFailed:
    if _is_unoffered(error):
        return _not_offered(endpoint, where, "")
    # pypsrp raises it while it handles requests' own, which has the answer.
    response = error.__context__.response if isinstance(error.__context__, requests.HTTPError) else None
    offered = response.headers.get("WWW-Authenticate", "") if response is not None else ""
    if endpoint.authentication == "basic" and offered and "basic" not in offered.casefold():
        return _not_offered(endpoint, where, offered)
    if endpoint.authentication == "certificate":
        return LogonRefused(
            f"{where} did not accept the certificate in Secret {endpoint.credentials_name!r} (key 'tls.crt').",
            remedy="Map the certificate to an account on the host (below WSMan:\\localhost\\ClientCertificate, with that "
            "account's present password), and allow certificates there (WSMan:\\localhost\\Service\\Auth\\Certificate).",
        )
    return LogonRefused(
        f"{where} refused the credentials in Secret {endpoint.credentials_name!r} ({endpoint.authentication})."
    )


def _without_context(error: SpnegoError, endpoint: HostEndpoint, where: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"No {endpoint.authentication} logon on {where} was possible ({type(error).__name__}).",
        remedy=f"Check the user name in Secret {endpoint.credentials_name!r}.",
    )


def _not_offered(endpoint: HostEndpoint, where: str, offered: str) -> AuthenticationFailed:
    schemes = ", ".join(part.split()[0] for part in offered.split(",") if part.strip())
    return AuthenticationFailed(
        f"{where} does not offer {endpoint.authentication} authentication{f', but {schemes}' if schemes else ''}.",
        remedy="Allow it on the host (`Get-ChildItem WSMan:\\localhost\\Service\\Auth` shows what is allowed), or change "
        "spec.connection.authentication.",
    )


def _of_requests(
    error: requests.exceptions.RequestException, endpoint: HostEndpoint, where: str, *, effect: bool
) -> HostError:
    text = str(error)
    # With TLS 1.3 a refused client certificate comes to light with the first answer only, as a broken connection.
    if endpoint.authentication == "certificate" and "alert" in text.casefold():
        return AuthenticationFailed(
            f"{where} broke TLS off over the client certificate in Secret {endpoint.credentials_name!r} (key 'tls.crt').",
            remedy="Make sure that the host trusts the authority that issued the certificate (Cert:\\LocalMachine\\Root), and "
            "that the certificate is for client authentication and not revoked.",
        )
    if isinstance(error, requests.exceptions.SSLError):
        return _tls(text, endpoint, where, effect=effect)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return HostUnreachable(f"{where} does not answer within {CONNECTION_TIMEOUT} s.")
    if isinstance(error, requests.exceptions.Timeout):
        return HostUnreachable(
            f"{where} stopped answering.",
            remedy="Check that the host is up, its load, and the network in between.",
            effect_unknown=effect,
        )
    return _unconnected(error, where, effect=effect)


def _unconnected(error: BaseException, where: str, *, effect: bool) -> HostUnreachable:
    root = _root(error)
    if isinstance(root, ConnectionRefusedError):
        return WinRmUnavailable(
            f"{where} refuses the connection: the host is up, but nothing listens on the port.",
            effect_unknown=effect,
        )
    return HostUnreachable(
        f"No connection to {where} ({type(root).__name__}).",
        effect_unknown=effect,
    )


def _tls(text: str, endpoint: HostEndpoint, where: str, *, effect: bool) -> HostError:
    if "CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text or "certificate verify failed" in text:
        detail = (
            text.rsplit("certificate verify failed:", maxsplit=1)[-1].split("(_ssl", maxsplit=1)[0].strip(" '\")")[:150]
        )
        return TlsUntrusted(f"The certificate of {where} is not trusted ({detail}).")
    if "EOF" in text or "reset" in text:
        # The alert that says why may be lost with the connection.
        perhaps = (
            "If this happens each time, check that the host trusts the client certificate in Secret "
            f"{endpoint.credentials_name!r} (key 'tls.crt')."
        )
        remedy = perhaps if endpoint.authentication == "certificate" else ""
        return HostUnreachable(f"{where} broke off the connection.", remedy=remedy, effect_unknown=effect)
    return TlsUntrusted(
        f"No TLS session with {where} was possible.",
        remedy="Check that spec.connection.port is an HTTPS listener of WinRM.",
    )


def _fault_text(error: WSManFaultError) -> str:
    parts = (error.reason, error.provider_fault)
    return " ".join(str(part) for part in parts if part)


def _root(error: BaseException) -> BaseException:
    """Return the innermost cause: `ConnectionRefusedError` says more than the wrappers around it."""
    reasons = (getattr(argument, "reason", argument) for argument in error.args)
    within = next((reason for reason in reasons if isinstance(reason, BaseException)), error.__cause__)
    return error if within is None else _root(within)
