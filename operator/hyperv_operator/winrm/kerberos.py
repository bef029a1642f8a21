"""Kerberos tickets for one session, fetched before the host is contacted, so that a ticket failure has a message of its own.

Needs the optional libraries `krb5` and `gssapi` (the extra `kerberos`) and the krb5.conf that KRB5_CONFIG names. The ticket cache
and the keytab are files in the session's own folder; sessions in other threads are not affected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeVar

from hyperv_operator.border.text import clean
from hyperv_operator.errors import AuthenticationFailed, CredentialsUnusable, HostError, KdcUnreachable, LogonRefused
from hyperv_operator.ports import AccountCredentials, HostEndpoint, KeytabCredentials, PasswordCredentials
from hyperv_operator.winrm.credentials import private_file

E = TypeVar("E", bound=HostError)
SERVICE: Final = "host"
"""Service class of the SPN: every computer of a domain has `host/` SPNs, one for each of its names."""
_KRB5_BASE: Final = -1765328384
"""libkrb5's error codes count from here."""
_PROFILE_CODES: Final = range(-1429577728, -1429577728 + 256)
"""Errors of the krb5.conf parser."""
_KEYTAB_MAGIC: Final = b"\x05\x02"


class TicketFailure(Enum):
    """Why no ticket was issued."""

    WRONG_PASSWORD_OR_KEY = auto()
    ACCOUNT_REVOKED = auto()
    PASSWORD_EXPIRED = auto()
    UNKNOWN_ACCOUNT = auto()
    UNKNOWN_HOST = auto()
    CLOCK_SKEW = auto()
    KDC_UNREACHABLE = auto()
    UNKNOWN_REALM = auto()
    NOT_IN_KEYTAB = auto()
    ENCRYPTION_TYPE = auto()
    KRB5_CONF = auto()
    NO_DEFAULT_REALM = auto()
    MALFORMED_NAME = auto()


FAILURES: Final[Mapping[int, TicketFailure]] = {
    1: TicketFailure.ACCOUNT_REVOKED,  # KRB5KDC_ERR_NAME_EXP
    6: TicketFailure.UNKNOWN_ACCOUNT,  # KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN
    7: TicketFailure.UNKNOWN_HOST,  # KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN
    14: TicketFailure.ENCRYPTION_TYPE,  # KRB5KDC_ERR_ETYPE_NOSUPP
    18: TicketFailure.ACCOUNT_REVOKED,  # KRB5KDC_ERR_CLIENT_REVOKED: disabled or locked
    23: TicketFailure.PASSWORD_EXPIRED,  # KRB5KDC_ERR_KEY_EXP
    24: TicketFailure.WRONG_PASSWORD_OR_KEY,  # KRB5KDC_ERR_PREAUTH_FAILED
    31: TicketFailure.WRONG_PASSWORD_OR_KEY,  # KRB5KRB_AP_ERR_BAD_INTEGRITY
    37: TicketFailure.CLOCK_SKEW,  # KRB5KRB_AP_ERR_SKEW
    133: TicketFailure.MALFORMED_NAME,  # KRB5_PARSE_ILLCHAR
    134: TicketFailure.MALFORMED_NAME,  # KRB5_PARSE_MALFORMED
    135: TicketFailure.KRB5_CONF,  # KRB5_CONFIG_CANTOPEN
    136: TicketFailure.KRB5_CONF,  # KRB5_CONFIG_BADFORMAT
    148: TicketFailure.CLOCK_SKEW,  # KRB5_KDCREP_SKEW
    150: TicketFailure.ENCRYPTION_TYPE,  # KRB5_PROG_ETYPE_NOSUPP
    154: TicketFailure.UNKNOWN_REALM,  # KRB5_REALM_UNKNOWN
    156: TicketFailure.KDC_UNREACHABLE,  # KRB5_KDC_UNREACH
    181: TicketFailure.NOT_IN_KEYTAB,  # KRB5_KT_NOTFOUND
    220: TicketFailure.KDC_UNREACHABLE,  # KRB5_REALM_CANT_RESOLVE
    224: TicketFailure.NO_DEFAULT_REALM,  # KRB5_CONFIG_NODEFREALM
}
"""By libkrb5's error code, relative to its base."""


def fetch_tickets(endpoint: HostEndpoint, credentials: AccountCredentials, folder: Path) -> str:
    """Fetch the account's ticket and the host's service ticket; return the name of the ticket cache.

    Raises `LogonRefused` for a wrong password or key, `KdcUnreachable`, `CredentialsUnusable`, or `AuthenticationFailed`. Their
    `host_answered` is None, because the host itself was not contacted.
    """
    try:
        import gssapi
        import krb5
    except ImportError as error:
        raise _without_host_contact(
            AuthenticationFailed(
                f"This operator cannot use Kerberos: {error.name or 'a library'} is not installed.",
                remedy="Run an image with the extra `kerberos`, or set spec.connection.authentication to negotiate or ntlm.",
            )
        ) from None
    _check(endpoint.credentials_name, credentials)
    try:
        cache = _fetch_initial_ticket(credentials, folder)
        _fetch_service_ticket(endpoint, cache)
    except krb5.Krb5Error as error:
        raise ticket_error(error.err_code, str(error), endpoint, credentials) from None
    except gssapi.exceptions.GSSError as error:
        raise ticket_error(error.min_code, str(error), endpoint, credentials) from None
    return cache


def _check(secret: str, credentials: AccountCredentials) -> None:
    if "\\" in credentials.username:
        raise CredentialsUnusable(
            f"'username' in Secret {secret!r} is not in the form that Kerberos needs.",
            remedy="Write it as svc-hyperv@EXAMPLE.COM, with the realm in capitals, not as EXAMPLE\\svc-hyperv.",
        )
    keytab = credentials.keytab.get_secret_value() if isinstance(credentials, KeytabCredentials) else None
    if keytab is not None and not keytab.startswith(_KEYTAB_MAGIC):
        raise CredentialsUnusable(
            f"Key 'keytab' of Secret {secret!r} holds no keytab.",
            remedy="Store the file that ktutil or ktpass has written, unchanged (`kubectl create secret generic "
            "--from-file=keytab=…`).",
        )


def _fetch_initial_ticket(credentials: AccountCredentials, folder: Path) -> str:
    """Fetch the account's ticket-granting ticket into a new cache. No other step uses the password."""
    import krb5

    context = krb5.init_context()
    principal = krb5.parse_name_flags(context, credentials.username.encode())
    options = krb5.get_init_creds_opt_alloc(context)
    # A domain controller may know the account by a different spelling.
    krb5.get_init_creds_opt_set_canonicalize(options, True)
    match credentials:
        case KeytabCredentials():
            path = private_file(folder, "keytab", credentials.keytab.get_secret_value())
            try:
                keytab = krb5.kt_resolve(context, f"FILE:{path}".encode())
                creds = krb5.get_init_creds_keytab(context, principal, options, keytab=keytab)
            finally:
                Path(path).unlink()
        case PasswordCredentials():
            password = credentials.password.get_secret_value().encode(errors="replace")
            creds = krb5.get_init_creds_password(context, principal, options, password=password)
    name = f"FILE:{folder / 'tickets'}"
    cache = krb5.cc_resolve(context, name.encode())
    krb5.cc_initialize(context, cache, creds.client)
    krb5.cc_store_cred(context, cache, creds)
    return name


def _fetch_service_ticket(endpoint: HostEndpoint, cache: str) -> None:
    """Fetch the host's service ticket into the cache."""
    import gssapi

    mechanism = gssapi.MechType.kerberos
    creds = gssapi.Credentials(usage="initiate", store={b"ccache": cache.encode()}, mechs=[mechanism])
    name = gssapi.Name(f"{SERVICE}@{endpoint.host_name}", gssapi.NameType.hostbased_service)
    gssapi.SecurityContext(name=name, creds=creds, mech=mechanism, usage="initiate").step()


@dataclass(frozen=True)
class _Explanation:
    kind: type[HostError]
    message: str
    remedy: str = ""
    """Empty where the remedy of the error's reason fits."""


_EXPLANATIONS: Final[Mapping[TicketFailure, _Explanation]] = {
    TicketFailure.WRONG_PASSWORD_OR_KEY: _Explanation(
        LogonRefused,
        "The KDC of {realm} refused the {proof} of {username}.",
        "Correct {key!r} in Secret {secret!r}. A keytab becomes invalid when the account's password changes.",
    ),
    TicketFailure.ACCOUNT_REVOKED: _Explanation(
        LogonRefused,
        "The KDC of {realm} does not let {username} log on: the account is locked, disabled or expired.",
        "Unlock the account, then touch Secret {secret!r}.",
    ),
    TicketFailure.PASSWORD_EXPIRED: _Explanation(
        AuthenticationFailed,
        "The password of {username} has expired.",
        "Change the password, and store the new one in Secret {secret!r}.",
    ),
    TicketFailure.UNKNOWN_ACCOUNT: _Explanation(
        AuthenticationFailed,
        "{realm} has no account {username}.",
        "Correct 'username' in Secret {secret!r} (a realm is written in capitals).",
    ),
    TicketFailure.UNKNOWN_HOST: _Explanation(
        AuthenticationFailed,
        "{realm} has no service principal host/{address}.",
        "Set spec.address to the host's name in the domain (`setspn -Q host/{address}` on a domain controller looks it up), not to "
        "an IP address or an alias; krb5.conf maps names to realms.",
    ),
    TicketFailure.CLOCK_SKEW: _Explanation(
        AuthenticationFailed,
        "The clocks of the operator's node and of the KDC of {realm} differ by more than the 5 minutes that Kerberos allows.",
        "Synchronise both clocks.",
    ),
    TicketFailure.KDC_UNREACHABLE: _Explanation(
        KdcUnreachable,
        "No KDC of {realm} answers, so there is no Kerberos ticket for {address}.",
    ),
    TicketFailure.UNKNOWN_REALM: _Explanation(
        AuthenticationFailed,
        "krb5.conf names no KDC of {realm}.",
        "Add the KDC to krb5.conf (the chart's kerberos.krb5Conf), or correct the realm of 'username' in Secret {secret!r} (a realm "
        "is written in capitals).",
    ),
    TicketFailure.NOT_IN_KEYTAB: _Explanation(
        CredentialsUnusable,
        "The keytab in Secret {secret!r} has no key of {username}.",
        "Correct 'username' or 'keytab' (`klist -k` lists the accounts of a keytab).",
    ),
    TicketFailure.ENCRYPTION_TYPE: _Explanation(
        AuthenticationFailed,
        "The KDC of {realm} and the operator have no encryption type in common for {username}.",
        "Allow AES for the account, then set its password again.",
    ),
    TicketFailure.KRB5_CONF: _Explanation(
        AuthenticationFailed,
        "krb5.conf cannot be read.",
        "Correct the chart's kerberos.krb5Conf (or the file that KRB5_CONFIG names).",
    ),
    TicketFailure.NO_DEFAULT_REALM: _Explanation(
        AuthenticationFailed,
        "'username' in Secret {secret!r} has no realm, and krb5.conf sets no default realm.",
        "Write the user name as svc-hyperv@EXAMPLE.COM.",
    ),
    TicketFailure.MALFORMED_NAME: _Explanation(
        AuthenticationFailed,
        "'username' in Secret {secret!r} is not a Kerberos principal.",
        "Write the user name as svc-hyperv@EXAMPLE.COM.",
    ),
}


def ticket_error(code: int, text: str, endpoint: HostEndpoint, credentials: AccountCredentials) -> HostError:
    """Return the error for a code of libkrb5; `text`, the library's message, is used only for an unknown code."""
    key = "keytab" if isinstance(credentials, KeytabCredentials) else "password"
    # GSSAPI returns the codes as unsigned numbers.
    number = (code & 0xFFFFFFFF) - (1 << 32)
    failure = TicketFailure.KRB5_CONF if number in _PROFILE_CODES else FAILURES.get(number - _KRB5_BASE)
    if failure is None:
        shown = clean(" ".join(text.split()), 200)
        message = f"{credentials.username} got no Kerberos ticket for {endpoint.address}. libkrb5 says: {shown}"
        return _without_host_contact(AuthenticationFailed(message))
    explanation = _EXPLANATIONS[failure]
    facts = {
        "realm": credentials.username.partition("@")[2] or "the default realm",
        "username": credentials.username,
        "address": endpoint.host_name,
        "secret": endpoint.credentials_name,
        "key": key,
        "proof": "password" if key == "password" else "key",
    }
    error = explanation.kind(explanation.message.format(**facts), remedy=explanation.remedy.format(**facts))
    return _without_host_contact(error)


def _without_host_contact(error: E) -> E:
    """Mark an error as saying nothing about the host, which was not contacted."""
    error.host_answered = None
    return error
