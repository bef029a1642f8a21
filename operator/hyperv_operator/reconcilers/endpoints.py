"""From a HyperVHost and its credentials Secret to what opens a session; read at the moment of need."""

from __future__ import annotations

from pydantic import SecretStr

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.errors import AccessForbidden, CredentialsUnusable, ObjectGone
from hyperv_operator.ports import HostCredentials, HostEndpoint, SecretData
from hyperv_operator.reconcilers.world import World


async def endpoint_of(world: World, name: str, spec: HyperVHostSpec, folder: str) -> HostEndpoint:
    """Read the credentials and return the endpoint, for the agent's scripts in `folder`.

    `CredentialsUnusable` says what is missing in which Secret.
    """
    namespace, connection = world.settings.operator_namespace, spec.connection
    secret_name = connection.credentials_secret_ref.name
    try:
        secret = await world.secrets.read(namespace, secret_name)
    except ObjectGone:
        raise CredentialsUnusable(
            f"There is no Secret {secret_name!r} in namespace {namespace}: create it with the host's credentials, or correct "
            "spec.connection.credentialsSecretRef."
        ) from None
    except AccessForbidden:
        raise CredentialsUnusable(
            f"The operator may not read Secret {secret_name!r} in namespace {namespace}: its Role there has to allow `get`."
        ) from None
    return HostEndpoint(
        name=name,
        address=spec.address,
        port=connection.port,
        transport=connection.transport,
        authentication=connection.authentication,
        configuration_name=connection.configuration_name,
        agent_path=folder,
        credentials=_credentials(secret, secret_name, certificate=connection.authentication == "certificate"),
        credentials_name=secret_name,
        credentials_version=secret.resource_version,
        ca_bundle=connection.ca_bundle,
    )


def _credentials(secret: SecretData, name: str, *, certificate: bool) -> HostCredentials:
    wanted = ("tls.crt", "tls.key") if certificate else ("username", "password")
    found = {}
    for key in wanted:
        value = secret.data.get(key, b"")
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = ""
        if not text:
            raise CredentialsUnusable(
                f"Secret {name!r} has no text under the key {key!r}; it needs {' and '.join(wanted)}."
            )
        found[key] = text
    if certificate:
        return HostCredentials(
            certificate_pem=SecretStr(found["tls.crt"]), certificate_key_pem=SecretStr(found["tls.key"])
        )
    return HostCredentials(username=found["username"].strip(), password=SecretStr(found["password"]))
