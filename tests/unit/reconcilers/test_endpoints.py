"""From a credentials Secret to what opens a session."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretBytes, SecretStr

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.errors import AccessForbidden, CredentialsUnusable, ObjectGone
from hyperv_operator.ports import (
    CertificateCredentials,
    HostEndpoint,
    KeytabCredentials,
    PasswordCredentials,
    SecretData,
)
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import endpoint_of
from unit.reconcilers.fleet import SECRET, host_body

PASSWORD = {"username": b" EXAMPLE\\svc\n", "password": b" Canary "}
KEYTAB = {"username": b"svc@EXAMPLE.COM", "keytab": b"\x05\x02\xff"}
PAIR = {"tls.crt": b"certificate", "tls.key": b"Canary key"}


async def _endpoint(authentication: str, data: dict[str, bytes] | Exception) -> HostEndpoint:
    async def read(namespace: str, name: str) -> SecretData:
        assert (namespace, name) == ("hyperv-system", SECRET)
        if isinstance(data, Exception):
            raise data
        return SecretData("7", data)

    settings = SimpleNamespace(operator_namespace="hyperv-system")
    deps = cast("Dependencies", SimpleNamespace(settings=settings, secrets=SimpleNamespace(read=read)))
    raw: Any = host_body("h")["spec"]
    raw["connection"]["authentication"] = authentication
    spec = parse_spec(HyperVHostSpec, raw)
    assert isinstance(spec, HyperVHostSpec)
    return await endpoint_of(deps, "h", spec, "C:\\A")


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate", "ntlm", "basic"])
async def test_a_password_is_taken_as_it_is_and_a_name_without_what_surrounds_it(authentication: str) -> None:
    endpoint = await _endpoint(authentication, PASSWORD)
    assert endpoint.credentials == PasswordCredentials("EXAMPLE\\svc", SecretStr(" Canary "))
    assert (endpoint.credentials_name, endpoint.credentials_version) == (SECRET, "7")
    assert "Canary" not in repr(endpoint)


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
async def test_a_keytab_needs_no_password(authentication: str) -> None:
    credentials = (await _endpoint(authentication, KEYTAB)).credentials
    assert credentials == KeytabCredentials("svc@EXAMPLE.COM", SecretBytes(b"\x05\x02\xff"))


async def test_negotiate_keeps_a_password_beside_a_keytab() -> None:
    credentials = (await _endpoint("negotiate", {**PASSWORD, **KEYTAB})).credentials
    assert credentials == KeytabCredentials("svc@EXAMPLE.COM", SecretBytes(b"\x05\x02\xff"), SecretStr(" Canary "))


async def test_a_certificate_comes_with_its_key() -> None:
    credentials = (await _endpoint("certificate", PAIR)).credentials
    assert credentials == CertificateCredentials(SecretStr("certificate"), SecretStr("Canary key"))


@pytest.mark.parametrize(
    ("authentication", "data", "sentence"),
    [
        ("ntlm", {"username": b"x"}, "no text under the key 'password'. Give the Secret username and password."),
        ("ntlm", KEYTAB, "no text under the key 'password'. Give the Secret username and password."),
        ("basic", {"password": b"x"}, "no text under the key 'username'"),
        ("kerberos", {"username": b"x"}, "Give the Secret username and password, or username and keytab."),
        ("kerberos", {"keytab": b"x"}, "no text under the key 'username'"),
        ("kerberos", {"username": b"x", "password": b"\xff"}, "no text under the key 'password'"),
        ("certificate", {"tls.crt": b"x"}, "no text under the key 'tls.key'. Give the Secret tls.crt and tls.key."),
        ("certificate", PASSWORD, "no text under the key 'tls.crt'"),
        ("ntlm", ObjectGone("x"), "There is no Secret 'shared' in namespace hyperv-system"),
        ("ntlm", AccessForbidden("x"), "may not read Secret 'shared' in namespace hyperv-system"),
    ],
)
async def test_what_is_missing_is_named(authentication: str, data: dict[str, bytes] | Exception, sentence: str) -> None:
    with pytest.raises(CredentialsUnusable) as raised:
        await _endpoint(authentication, data)
    assert sentence in f"{raised.value.message} {raised.value.remedy}"


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate", "ntlm", "basic"])
@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("password", "Canary\n", "a line end"),
        ("password", "Canary\r\n", "a line end"),
        ("password", "\nCanary", "a line end"),
        ("password", "\ufeffCanary", "a byte order mark"),
        ("password", "Canary\ufeff", "a byte order mark"),
        ("username", "\ufeffsvc", "a byte order mark"),
    ],
)
async def test_what_an_editor_or_a_shell_has_added_is_not_offered_to_the_host(
    authentication: str, key: str, value: str, found: str
) -> None:
    data = {"username": b"svc", "password": b"Canary", key: value.encode()}
    with pytest.raises(
        CredentialsUnusable, match=f"The {key} in Secret '{SECRET}' begins or ends with {found}"
    ) as raised:
        await _endpoint(authentication, data)
    assert "--from-literal" in raised.value.remedy
    assert "Canary" not in raised.value.message + raised.value.remedy


async def test_a_line_end_within_a_password_is_part_of_it() -> None:
    credentials = (await _endpoint("ntlm", {"username": b"svc", "password": b"a\nb"})).credentials
    assert credentials == PasswordCredentials("svc", SecretStr("a\nb"))


@pytest.mark.parametrize("key", ["username", "password"])
async def test_a_value_of_blanks_is_no_value(key: str) -> None:
    with pytest.raises(CredentialsUnusable, match=f"no text under the key '{key}'"):
        await _endpoint("ntlm", {"username": b"svc", "password": b"pw", key: b" \n"})
