"""Kerberos tickets for one session: fetched before the host is asked, so that what is wrong with them is told apart.

Needs the optional libraries `krb5` and `gssapi` (the extra `kerberos`), and a krb5.conf where KRB5_CONFIG says. Ticket cache and
keytab are files in the session's own folder; nothing that other threads use is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeVar

from hyperv_operator.errors import AuthenticationFailed, CredentialsUnusable, HostError, KdcUnreachable, LogonRefused
from hyperv_operator.ports import HostEndpoint
from hyperv_operator.winrm.files import private_file

E = TypeVar("E", bound=HostError)
SERVICE: Final = "host"
"""Every computer of a domain has service principals of this class, one for each of its names."""
_FIRST_CODE: Final = -1765328384
_PROFILE_CODES: Final = range(-1429577728, -1429577728 + 256)
"""Of what reads krb5.conf."""
_KEYTAB_BEGINS: Final = b"\x05\x02"


class Trouble(Enum):
    """Why there is no ticket."""

    WRONG_SECRET = auto()
    ACCOUNT_REVOKED = auto()
    PASSWORD_EXPIRED = auto()
    UNKNOWN_ACCOUNT = auto()
    UNKNOWN_HOST = auto()
    CLOCKS = auto()
    NO_KDC = auto()
    UNKNOWN_REALM = auto()
    NOT_IN_KEYTAB = auto()
    ENCRYPTION = auto()
    CONFIGURATION = auto()
    NO_REALM = auto()
    BAD_NAME = auto()


TROUBLES: Final[Mapping[int, Trouble]] = {
    1: Trouble.ACCOUNT_REVOKED,  # KRB5KDC_ERR_NAME_EXP
    6: Trouble.UNKNOWN_ACCOUNT,  # KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN
    7: Trouble.UNKNOWN_HOST,  # KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN
    14: Trouble.ENCRYPTION,  # KRB5KDC_ERR_ETYPE_NOSUPP
    18: Trouble.ACCOUNT_REVOKED,  # KRB5KDC_ERR_CLIENT_REVOKED: disabled or locked
    23: Trouble.PASSWORD_EXPIRED,  # KRB5KDC_ERR_KEY_EXP
    24: Trouble.WRONG_SECRET,  # KRB5KDC_ERR_PREAUTH_FAILED
    31: Trouble.WRONG_SECRET,  # KRB5KRB_AP_ERR_BAD_INTEGRITY
    37: Trouble.CLOCKS,  # KRB5KRB_AP_ERR_SKEW
    133: Trouble.BAD_NAME,  # KRB5_PARSE_ILLCHAR
    134: Trouble.BAD_NAME,  # KRB5_PARSE_MALFORMED
    135: Trouble.CONFIGURATION,  # KRB5_CONFIG_CANTOPEN
    136: Trouble.CONFIGURATION,  # KRB5_CONFIG_BADFORMAT
    148: Trouble.CLOCKS,  # KRB5_KDCREP_SKEW
    150: Trouble.ENCRYPTION,  # KRB5_PROG_ETYPE_NOSUPP
    154: Trouble.UNKNOWN_REALM,  # KRB5_REALM_UNKNOWN
    156: Trouble.NO_KDC,  # KRB5_KDC_UNREACH
    181: Trouble.NOT_IN_KEYTAB,  # KRB5_KT_NOTFOUND
    220: Trouble.NO_KDC,  # KRB5_REALM_CANT_RESOLVE
    224: Trouble.NO_REALM,  # KRB5_CONFIG_NODEFREALM
}
"""By the code's distance from the first of libkrb5's."""


def ticket(endpoint: HostEndpoint, folder: Path) -> str:
    """Fetch tickets for the account and for the host, and return the name of the cache that they are in.

    Raises `LogonRefused` for a wrong password or key, `KdcUnreachable`, `CredentialsUnusable`, or `AuthenticationFailed`; none of
    them says anything of the host, which was not asked.
    """
    try:
        import gssapi
        import krb5
    except ImportError as error:
        raise _apart(
            AuthenticationFailed(
                f"This operator cannot do Kerberos: it lacks {error.name or 'a library'}.",
                remedy="Run an image that has it (the extra `kerberos`), or set spec.connection.authentication to negotiate or ntlm.",
            )
        ) from None
    _check(endpoint)
    try:
        cache = _initial(endpoint, folder)
        _for_host(endpoint, cache)
    except krb5.Krb5Error as error:
        raise told(error.err_code, str(error), endpoint) from None
    except gssapi.exceptions.GSSError as error:
        raise told(error.min_code, str(error), endpoint) from None
    return cache


def _check(endpoint: HostEndpoint) -> None:
    secret, credentials = endpoint.credentials_name, endpoint.credentials
    if "\\" in (credentials.username or ""):
        raise CredentialsUnusable(
            f"The user name in Secret {secret!r} is not written as Kerberos requires.",
            remedy="Write it as svc-hyperv@EXAMPLE.COM, with the realm in capitals, not as EXAMPLE\\svc-hyperv.",
        )
    if credentials.keytab is not None and not credentials.keytab.get_secret_value().startswith(_KEYTAB_BEGINS):
        raise CredentialsUnusable(
            f"The value under 'keytab' of Secret {secret!r} is not a keytab.",
            remedy="Put the file that ktutil or ktpass has written there, unchanged (`kubectl create secret generic "
            "--from-file=keytab=…`).",
        )


def _initial(endpoint: HostEndpoint, folder: Path) -> str:
    """Fetch the account's own ticket: the only step that offers the password."""
    import krb5

    credentials = endpoint.credentials
    context = krb5.init_context()
    principal = krb5.parse_name_flags(context, (credentials.username or "").encode())
    options = krb5.get_init_creds_opt_alloc(context)
    # A domain controller may know the account under another way of writing.
    krb5.get_init_creds_opt_set_canonicalize(options, True)
    if credentials.keytab is not None:
        path = private_file(folder, "keytab", credentials.keytab.get_secret_value())
        try:
            keytab = krb5.kt_resolve(context, f"FILE:{path}".encode())
            creds = krb5.get_init_creds_keytab(context, principal, options, keytab=keytab)
        finally:
            Path(path).unlink()
    else:
        assert credentials.password is not None
        password = credentials.password.get_secret_value().encode(errors="replace")
        creds = krb5.get_init_creds_password(context, principal, options, password=password)
    name = f"FILE:{folder / 'tickets'}"
    cache = krb5.cc_resolve(context, name.encode())
    krb5.cc_initialize(context, cache, creds.client)
    krb5.cc_store_cred(context, cache, creds)
    return name


def _for_host(endpoint: HostEndpoint, cache: str) -> None:
    """Fetch the ticket for the host into the cache."""
    import gssapi

    mechanism = gssapi.MechType.kerberos
    creds = gssapi.Credentials(usage="initiate", store={b"ccache": cache.encode()}, mechs=[mechanism])
    name = gssapi.Name(f"{SERVICE}@{endpoint.address}", gssapi.NameType.hostbased_service)
    gssapi.SecurityContext(name=name, creds=creds, mech=mechanism, usage="initiate").step()


@dataclass(frozen=True)
class _Told:
    kind: type[HostError]
    message: str
    remedy: str = ""
    """Empty where that of the error's reason fits."""


_TOLD: Final[Mapping[Trouble, _Told]] = {
    Trouble.WRONG_SECRET: _Told(
        LogonRefused,
        "The KDC of {realm} refused the {what} of {username}.",
        "Correct {key!r} in Secret {secret!r}. A keytab is valid until the account's password is changed.",
    ),
    Trouble.ACCOUNT_REVOKED: _Told(
        LogonRefused,
        "The KDC of {realm} does not let {username} log on: the account is locked, disabled or expired.",
        "Unlock the account, then touch Secret {secret!r}.",
    ),
    Trouble.PASSWORD_EXPIRED: _Told(
        AuthenticationFailed,
        "The password of {username} has expired.",
        "Change the password, and put the new one into Secret {secret!r}.",
    ),
    Trouble.UNKNOWN_ACCOUNT: _Told(
        AuthenticationFailed,
        "{realm} knows no account {username}.",
        "Correct 'username' in Secret {secret!r} (realms are in capitals).",
    ),
    Trouble.UNKNOWN_HOST: _Told(
        AuthenticationFailed,
        "{realm} knows no host {address}.",
        "Set spec.address to the name under which the host is in the domain (setspn -Q host/{address} on a domain controller finds "
        "it), not to an IP address or an alias; krb5.conf says which names belong to which realm.",
    ),
    Trouble.CLOCKS: _Told(
        AuthenticationFailed,
        "The clocks of the operator's node and of the KDC of {realm} are too far apart for Kerberos, by more than 5 minutes.",
        "Synchronise both clocks.",
    ),
    Trouble.NO_KDC: _Told(
        KdcUnreachable,
        "No KDC of {realm} answers, so there is no Kerberos ticket for {address}.",
    ),
    Trouble.UNKNOWN_REALM: _Told(
        AuthenticationFailed,
        "No KDC of {realm} is known.",
        "Name it in krb5.conf (the chart's kerberos.krb5Conf), or correct the realm of 'username' in Secret {secret!r} (realms are "
        "in capitals).",
    ),
    Trouble.NOT_IN_KEYTAB: _Told(
        CredentialsUnusable,
        "The keytab of Secret {secret!r} has no key of {username}.",
        "Correct 'username' or 'keytab' (klist -k lists the accounts in a keytab).",
    ),
    Trouble.ENCRYPTION: _Told(
        AuthenticationFailed,
        "The KDC of {realm} and the operator have no encryption type in common for {username}.",
        "Allow AES for the account, then give it a new password.",
    ),
    Trouble.CONFIGURATION: _Told(
        AuthenticationFailed,
        "krb5.conf cannot be read.",
        "Correct the chart's kerberos.krb5Conf (or the file that KRB5_CONFIG names).",
    ),
    Trouble.NO_REALM: _Told(
        AuthenticationFailed,
        "'username' in Secret {secret!r} has no realm, and krb5.conf names no default one.",
        "Write the user name as svc-hyperv@EXAMPLE.COM.",
    ),
    Trouble.BAD_NAME: _Told(
        AuthenticationFailed,
        "'username' in Secret {secret!r} is not the name of a Kerberos account.",
        "Write the user name as svc-hyperv@EXAMPLE.COM.",
    ),
}


def told(code: int, text: str, endpoint: HostEndpoint) -> HostError:
    """Return what a code of libkrb5 means for a host; its own words are passed on only where nothing better can be said."""
    username = endpoint.credentials.username or ""
    key = "password" if endpoint.credentials.keytab is None else "keytab"
    # GSSAPI gives the codes as unsigned numbers.
    number = (code & 0xFFFFFFFF) - (1 << 32)
    trouble = Trouble.CONFIGURATION if number in _PROFILE_CODES else TROUBLES.get(number - _FIRST_CODE)
    if trouble is None:
        shown = " ".join(text.split())[:200]
        message = f"There is no Kerberos ticket for {username} to log on to {endpoint.address}. libkrb5 says: {shown}"
        return _apart(AuthenticationFailed(message))
    found = _TOLD[trouble]
    facts = {
        "realm": username.partition("@")[2] or "the default realm",
        "username": username,
        "address": endpoint.address,
        "secret": endpoint.credentials_name,
        "key": key,
        "what": "password" if key == "password" else "key",
    }
    return _apart(found.kind(found.message.format(**facts), remedy=found.remedy.format(**facts)))


def _apart(error: E) -> E:
    """The host itself was not asked: the error says nothing about it."""
    error.host_answered = None
    return error
