"""WinRM endpoints: a HyperVHost's connection and its credentials, which are read at the moment of need."""

from __future__ import annotations

import base64

from pydantic import SecretBytes, SecretStr

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.errors import AccessForbidden, CredentialsUnusable, ObjectGone
from hyperv_operator.ports import (
    CertificateCredentials,
    HostCredentials,
    HostEndpoint,
    KeytabCredentials,
    PasswordCredentials,
    SecretData,
)
from hyperv_operator.reconcilers.dependencies import Dependencies

_BYTE_ORDER_MARK = "\ufeff"
_LINE_ENDS = ("\r", "\n")
_PAIR = "tls.crt and tls.key"
_WITH_PASSWORD = "username and password"  # noqa: S105 - names of keys
_WITH_KEYTAB = "username and password, or username and keytab"


async def endpoint_of(deps: Dependencies, name: str, spec: HyperVHostSpec, folder: str) -> HostEndpoint:
    """Read the credentials and return the endpoint, for the agent's scripts in `folder`.

    Raises `CredentialsUnusable`, which says what is missing in which Secret.
    """
    namespace, connection = deps.settings.operator_namespace, spec.connection
    secret_name = connection.credentials_secret_ref.name
    try:
        secret = await deps.secrets.read(namespace, secret_name)
    except ObjectGone:
        raise CredentialsUnusable(
            f"There is no Secret {secret_name!r} in namespace {namespace}.",
            remedy="Create it with the host's credentials, or correct spec.connection.credentialsSecretRef.",
        ) from None
    except AccessForbidden:
        raise CredentialsUnusable(
            f"The operator may not read Secret {secret_name!r} in namespace {namespace}.",
            remedy="Allow `get` on secrets in the operator's Role there.",
        ) from None
    return HostEndpoint(
        name=name,
        address=spec.address,
        port=connection.port,
        transport=connection.transport,
        authentication=connection.authentication,
        configuration_name=connection.configuration_name,
        agent_path=folder,
        credentials=_credentials(secret, secret_name, connection.authentication),
        credentials_name=secret_name,
        credentials_version=secret.resource_version,
        ca_bundle=connection.ca_bundle,
    )


def secret_values(endpoint: HostEndpoint) -> tuple[str, ...]:
    """Return what is secret in an endpoint's credentials, to be redacted while a call to the host is under way."""
    match endpoint.credentials:
        case PasswordCredentials(password=password):
            return (password.get_secret_value(),)
        case CertificateCredentials(key_pem=key):
            return (key.get_secret_value(),)
        case KeytabCredentials(keytab=keytab, password=password):
            encoded = base64.b64encode(keytab.get_secret_value()).decode()
            return (encoded, *([password.get_secret_value()] if password else ()))


def _credentials(secret: SecretData, name: str, authentication: str) -> HostCredentials:
    if authentication == "certificate":
        return CertificateCredentials(
            SecretStr(_text(secret, name, "tls.crt", _PAIR)), SecretStr(_text(secret, name, "tls.key", _PAIR))
        )
    keytab = secret.data.get("keytab") if authentication in ("kerberos", "negotiate") else None
    needs = _WITH_KEYTAB if authentication in ("kerberos", "negotiate") else _WITH_PASSWORD
    # A line end after a name means nothing; after a password it may be part of it.
    username = _offered(name, "username", _text(secret, name, "username", needs).strip())
    if keytab is None:
        return PasswordCredentials(username, _password(secret, name, needs))
    password = _password(secret, name, needs) if "password" in secret.data else None
    return KeytabCredentials(username, SecretBytes(keytab), password)


def _password(secret: SecretData, name: str, needs: str) -> SecretStr:
    return SecretStr(_offered(name, "password", _text(secret, name, "password", needs)))


def _offered(name: str, key: str, text: str) -> str:
    """Return a value that is offered at a logon; refuse what an editor or a shell has added to it, before a host refuses it."""
    if _BYTE_ORDER_MARK in (text[:1], text[-1:]):
        found, remedy = (
            "a byte order mark",
            "Save the file that it comes from as UTF-8 without BOM, or create the Secret with --from-literal.",
        )
    elif text[:1] in _LINE_ENDS or text[-1:] in _LINE_ENDS:
        found, remedy = (
            "a line end",
            "Write it with `printf %s` instead of `echo`, or create the Secret with --from-literal.",
        )
    else:
        return text
    raise CredentialsUnusable(
        f"The {key} in Secret {name!r} begins or ends with {found}. It was not offered to the host: a refused logon counts towards a "
        "lockout of the account.",
        remedy=remedy,
    )


def _text(secret: SecretData, name: str, key: str, needs: str) -> str:
    try:
        text = secret.data.get(key, b"").decode()
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise CredentialsUnusable(
            f"Secret {name!r} has no text under the key {key!r}.", remedy=f"Give the Secret {needs}."
        )
    return text
