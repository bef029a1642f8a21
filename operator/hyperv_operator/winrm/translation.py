"""Exceptions of pypsrp, requests and pyspnego as `HostError`. Texts that may contain a payload or a secret are not included."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import requests
from pypsrp.exceptions import (
    AuthenticationError,
    InvalidPipelineStateError,
    InvalidRunspacePoolStateError,
    WSManFaultError,
)
from spnego.exceptions import SpnegoError

from hyperv_operator.errors import (
    AuthenticationFailed,
    CallTimeout,
    ConnectionLost,
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
from hyperv_operator.winrm.allowance import RESPONSE_SECONDS, AnswerRefused, AnswerTooSlow, DeadlinePassed
from hyperv_operator.winrm.transport import CONNECTION_TIMEOUT, StatusRefused

_SCHEME = re.compile(r"(?:^|,)\s{0,8}([A-Za-z][A-Za-z0-9-]{0,19})\b")
_MAX_OFFERED = 200
_NETWORK = "Check that the host is up, its load, and the network in between."
_NOT_OFFERED = ("The server did not response with one of the following", "Server responded with the auth protocol")
"""Prefixes of pypsrp's messages for a host that does not offer the authentication."""
_HANDSHAKES = (
    (
        ("UNSUPPORTED_PROTOCOL", "UNSUPPORTED PROTOCOL", "PROTOCOL_VERSION", "PROTOCOL VERSION"),
        "the host offers no TLS 1.2 or later",
        r"Enable TLS 1.2 for servers on the host (SCHANNEL\Protocols\TLS 1.2\Server in its registry).",
    ),
    (
        ("HANDSHAKE_FAILURE", "HANDSHAKE FAILURE", "NO_SHARED_CIPHER", "KEY_TOO_SMALL", "KEY TOO SMALL"),
        "the two have no cipher suite or key size in common",
        "Enable cipher suites of TLS 1.2 with ECDHE and AES on the host, and give it a certificate with a key of 2,048 bits or more.",
    ),
)
"""Parts of OpenSSL's messages, what they mean, and what to do."""


@contextlib.contextmanager
def translated(endpoint: HostEndpoint, *, effect: bool, has_ticket: bool = False) -> Iterator[None]:
    """Convert every exception of the body to `HostError`.

    `effect` says whether the body may change the host, `has_ticket` whether it authenticates with a Kerberos ticket.
    """
    where = endpoint.where
    try:
        yield
    except HostError:
        raise
    except (AnswerRefused, AnswerTooSlow, DeadlinePassed, StatusRefused) as error:
        raise _refused(error, where, effect=effect) from None
    except AuthenticationError as error:
        if has_ticket and not _is_not_offered(error):
            raise _ticket_rejected(where, effect=effect) from None
        raise _logon_refused(error, endpoint, where) from None
    except SpnegoError as error:
        raise (
            _ticket_rejected(where, effect=effect) if has_ticket else _logon_failed(error, endpoint, where)
        ) from None
    except WSManFaultError as error:
        raise faults.error_from_fault(error.code, _fault_text(error), where) from None
    except requests.exceptions.RequestException as error:
        raise _request_failed(error, endpoint, where, effect=effect) from None
    except (InvalidRunspacePoolStateError, InvalidPipelineStateError):
        raise ShellLost(f"The remote shell on {where} is no longer usable.", effect_unknown=effect) from None
    except Exception as error:  # noqa: BLE001 - a malformed response makes the libraries raise all kinds of exceptions
        if _is_not_offered(error):
            raise _not_offered(endpoint, where, "") from None
        raise ProtocolViolation(
            f"{where} sent a response that is not valid WSMan or PSRP ({type(error).__name__}).",
            effect_unknown=effect,
        ) from None


def _refused(
    error: AnswerRefused | AnswerTooSlow | DeadlinePassed | StatusRefused, where: str, *, effect: bool
) -> HostError:
    match error:
        case AnswerRefused():
            return ProtocolViolation(f"{where} {error}", remedy=error.remedy, effect_unknown=effect)
        case StatusRefused():
            return faults.error_from_http_status(error.status, where, error.retry_after)
        case AnswerTooSlow():
            text = f"{where} did not finish an answer within {RESPONSE_SECONDS:g} s."
            return HostUnreachable(text, remedy=_NETWORK, effect_unknown=effect)
        case DeadlinePassed():
            return CallTimeout(f"The call to {where} did not finish by its deadline.", effect_unknown=effect)


def _is_not_offered(error: Exception) -> bool:
    return isinstance(error, AuthenticationError | ValueError) and str(error).startswith(_NOT_OFFERED)


def _ticket_rejected(where: str, *, effect: bool) -> HostError:
    if effect:
        # The host accepted the tickets when the session was opened, so they have expired since.
        return ShellLost(
            f"The Kerberos tickets for {where} have expired. The next session gets new ones.", effect_unknown=True
        )
    return AuthenticationFailed(
        f"{where} did not accept the Kerberos ticket that the KDC issued for it.",
        remedy="Check the host's clock, that no other account holds its service principal (`setspn -X` lists duplicates), and "
        "that spec.address is the host's own name.",
    )


def _logon_refused(error: AuthenticationError, endpoint: HostEndpoint, where: str) -> AuthenticationFailed:
    if _is_not_offered(error):
        return _not_offered(endpoint, where, "")
    # pypsrp raises it while handling the exception of requests, which holds the response.
    response = error.__context__.response if isinstance(error.__context__, requests.HTTPError) else None
    offered = response.headers.get("WWW-Authenticate", "") if response is not None else ""
    if endpoint.authentication == "basic" and offered and "basic" not in offered.casefold():
        return _not_offered(endpoint, where, offered)
    if endpoint.authentication == "certificate":
        return LogonRefused(
            f"{where} refused the certificate in Secret {endpoint.credentials_name!r} (key 'tls.crt').",
            remedy="Map the certificate to an account on the host (WSMan:\\localhost\\ClientCertificate, with the account's "
            "current password), and enable certificates there (WSMan:\\localhost\\Service\\Auth\\Certificate).",
        )
    return LogonRefused(
        f"{where} refused the credentials in Secret {endpoint.credentials_name!r} ({endpoint.authentication})."
    )


def _logon_failed(error: SpnegoError, endpoint: HostEndpoint, where: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"The {endpoint.authentication} logon on {where} failed ({type(error).__name__}).",
        remedy=f"Check the user name in Secret {endpoint.credentials_name!r}.",
    )


def _not_offered(endpoint: HostEndpoint, where: str, offered: str) -> AuthenticationFailed:
    schemes = ", ".join(_SCHEME.findall(offered[:_MAX_OFFERED]))
    return AuthenticationFailed(
        f"{where} does not offer {endpoint.authentication} authentication{f', but {schemes}' if schemes else ''}.",
        remedy="Enable it on the host (`Get-ChildItem WSMan:\\localhost\\Service\\Auth` lists what is enabled), or change "
        "spec.connection.authentication.",
    )


def _request_failed(
    error: requests.exceptions.RequestException, endpoint: HostEndpoint, where: str, *, effect: bool
) -> HostError:
    text = str(error)
    # With TLS 1.3 a rejected client certificate shows only at the first response, as a broken connection.
    if endpoint.authentication == "certificate" and "alert" in text.casefold():
        return AuthenticationFailed(
            f"{where} rejected the client certificate in Secret {endpoint.credentials_name!r} (key 'tls.crt') in the TLS handshake.",
            remedy="Make sure that the host trusts the certificate's issuer (Cert:\\LocalMachine\\Root), and that the certificate "
            "allows client authentication and is not revoked.",
        )
    if isinstance(error, requests.exceptions.SSLError):
        return _tls_failed(text, endpoint, where, effect=effect)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return HostUnreachable(f"{where} did not answer within {CONNECTION_TIMEOUT} s.")
    if isinstance(error, requests.exceptions.Timeout):
        return HostUnreachable(
            f"{where} stopped answering during the call.",
            remedy=_NETWORK,
            effect_unknown=effect,
        )
    return _connection_failed(error, where, effect=effect)


def _connection_failed(error: BaseException, where: str, *, effect: bool) -> HostUnreachable:
    root = _root(error)
    if isinstance(root, ConnectionRefusedError):
        return WinRmUnavailable(
            f"{where} refused the connection: the host is up, but nothing listens on the port.", effect_unknown=effect
        )
    kind = ConnectionLost if isinstance(root, ConnectionResetError | BrokenPipeError) else HostUnreachable
    return kind(f"The connection to {where} failed ({type(root).__name__}).", effect_unknown=effect)


def _tls_failed(text: str, endpoint: HostEndpoint, where: str, *, effect: bool) -> HostError:
    if "CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text or "certificate verify failed" in text:
        detail = (
            text.rsplit("certificate verify failed:", maxsplit=1)[-1].split("(_ssl", maxsplit=1)[0].strip(" '\")")[:150]
        )
        return TlsUntrusted(f"The certificate of {where} is not trusted ({detail}).")
    if "EOF" in text or "reset" in text:
        # The alert with the cause may be lost with the connection.
        remedy = (
            f"If this persists, check that the host trusts the certificate in Secret {endpoint.credentials_name!r} (key 'tls.crt')."
            if endpoint.authentication == "certificate"
            else ""
        )
        return ConnectionLost(f"{where} closed the connection.", remedy=remedy, effect_unknown=effect)
    for parts, problem, advice in _HANDSHAKES:
        if any(part in text.upper() for part in parts):
            return TlsUntrusted(f"The TLS handshake with {where} failed: {problem}.", remedy=advice)
    return TlsUntrusted(
        f"The TLS handshake with {where} failed.",
        remedy="Check that spec.connection.port is an HTTPS listener of WinRM.",
    )


def _fault_text(error: WSManFaultError) -> str:
    parts = (error.reason, error.provider_fault)
    return " ".join(str(part) for part in parts if part)


def _root(error: BaseException) -> BaseException:
    """Return the innermost cause, such as the `ConnectionRefusedError` in several wrappers."""
    causes = (getattr(argument, "reason", argument) for argument in error.args)
    inner = next((cause for cause in causes if isinstance(cause, BaseException)), error.__cause__)
    return error if inner is None else _root(inner)
