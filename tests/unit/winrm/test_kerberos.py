"""Error codes of libkrb5, and an operator without the library."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr

from hyperv_operator import errors
from hyperv_operator.ports import HostEndpoint, KeytabCredentials, PasswordCredentials
from hyperv_operator.winrm import kerberos
from hyperv_operator.winrm.kerberos import FAILURES, ticket_error

CREDENTIALS = PasswordCredentials("svc@EXAMPLE.COM", SecretStr("Canary"))
ENDPOINT = HostEndpoint(
    name="h",
    address="h.example.com",
    port=5986,
    transport="https",
    authentication="kerberos",
    configuration_name="x",
    agent_path="x",
    credentials=CREDENTIALS,
    credentials_name="winrm",
    credentials_version="1",
)
REFUSED = errors.LogonRefused
FAILED = errors.AuthenticationFailed
SECRET = errors.CredentialsUnusable
UNREACHABLE = errors.KdcUnreachable

# From krb5.h.
CODES = {
    -1765328383: REFUSED,  # KRB5KDC_ERR_NAME_EXP
    -1765328378: FAILED,  # KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN
    -1765328377: FAILED,  # KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN
    -1765328370: FAILED,  # KRB5KDC_ERR_ETYPE_NOSUPP
    -1765328366: REFUSED,  # KRB5KDC_ERR_CLIENT_REVOKED
    -1765328361: FAILED,  # KRB5KDC_ERR_KEY_EXP
    -1765328360: REFUSED,  # KRB5KDC_ERR_PREAUTH_FAILED
    -1765328353: REFUSED,  # KRB5KRB_AP_ERR_BAD_INTEGRITY
    -1765328347: FAILED,  # KRB5KRB_AP_ERR_SKEW
    -1765328251: FAILED,  # KRB5_PARSE_ILLCHAR
    -1765328250: FAILED,  # KRB5_PARSE_MALFORMED
    -1765328249: FAILED,  # KRB5_CONFIG_CANTOPEN
    -1765328248: FAILED,  # KRB5_CONFIG_BADFORMAT
    -1765328236: FAILED,  # KRB5_KDCREP_SKEW
    -1765328234: FAILED,  # KRB5_PROG_ETYPE_NOSUPP
    -1765328230: FAILED,  # KRB5_REALM_UNKNOWN
    -1765328228: UNREACHABLE,  # KRB5_KDC_UNREACH
    -1765328203: SECRET,  # KRB5_KT_NOTFOUND
    -1765328164: UNREACHABLE,  # KRB5_REALM_CANT_RESOLVE
    -1765328160: FAILED,  # KRB5_CONFIG_NODEFREALM
}
BASE = -1765328384


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("unsigned", [False, True])
def test_a_code_becomes_an_error_that_says_nothing_about_the_host(code: int, unsigned: bool) -> None:
    error = ticket_error(code + (1 << 32 if unsigned else 0), "x", ENDPOINT, CREDENTIALS)
    assert type(error) is CODES[code]
    assert error.host_answered is None
    assert "{" not in error.message + error.remedy


def test_every_known_code_is_tested() -> None:
    assert {BASE + offset for offset in FAILURES} == set(CODES)


def test_an_unknown_code_is_reported_with_the_librarys_message() -> None:
    error = ticket_error(-1765328200, "  Key table I/O\nerror ", ENDPOINT, CREDENTIALS)
    assert type(error) is FAILED
    assert error.message.endswith("libkrb5 says: Key table I/O error")


def test_an_operator_without_the_library_cannot_use_kerberos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    with pytest.raises(errors.AuthenticationFailed, match="gssapi is not installed") as raised:
        kerberos.fetch_tickets(ENDPOINT, CREDENTIALS, tmp_path)
    assert type(raised.value) is errors.AuthenticationFailed
    assert raised.value.host_answered is None


def test_a_keytab_is_not_in_the_repr() -> None:
    assert "Canary" not in repr(KeytabCredentials("svc", SecretBytes(b"Canary")))
