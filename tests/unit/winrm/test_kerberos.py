"""What a code of libkrb5 means, and what is told where the library is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr

from hyperv_operator import errors
from hyperv_operator.ports import HostCredentials, HostEndpoint
from hyperv_operator.winrm import kerberos
from hyperv_operator.winrm.kerberos import TROUBLES, told

ENDPOINT = HostEndpoint(
    name="h",
    address="h.example.com",
    port=5986,
    transport="https",
    authentication="kerberos",
    configuration_name="x",
    agent_path="x",
    credentials=HostCredentials("svc@EXAMPLE.COM", SecretStr("Canary")),
    credentials_name="winrm",
    credentials_version="1",
)
REFUSED = errors.LogonRefused
PERSON = errors.AuthenticationFailed
SECRET = errors.CredentialsUnusable
LATER = errors.KdcUnreachable

# From krb5.h.
CODES = {
    -1765328383: REFUSED,  # KRB5KDC_ERR_NAME_EXP
    -1765328378: PERSON,  # KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN
    -1765328377: PERSON,  # KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN
    -1765328370: PERSON,  # KRB5KDC_ERR_ETYPE_NOSUPP
    -1765328366: REFUSED,  # KRB5KDC_ERR_CLIENT_REVOKED
    -1765328361: PERSON,  # KRB5KDC_ERR_KEY_EXP
    -1765328360: REFUSED,  # KRB5KDC_ERR_PREAUTH_FAILED
    -1765328353: REFUSED,  # KRB5KRB_AP_ERR_BAD_INTEGRITY
    -1765328347: PERSON,  # KRB5KRB_AP_ERR_SKEW
    -1765328251: PERSON,  # KRB5_PARSE_ILLCHAR
    -1765328250: PERSON,  # KRB5_PARSE_MALFORMED
    -1765328249: PERSON,  # KRB5_CONFIG_CANTOPEN
    -1765328248: PERSON,  # KRB5_CONFIG_BADFORMAT
    -1765328236: PERSON,  # KRB5_KDCREP_SKEW
    -1765328234: PERSON,  # KRB5_PROG_ETYPE_NOSUPP
    -1765328230: PERSON,  # KRB5_REALM_UNKNOWN
    -1765328228: LATER,  # KRB5_KDC_UNREACH
    -1765328203: SECRET,  # KRB5_KT_NOTFOUND
    -1765328164: LATER,  # KRB5_REALM_CANT_RESOLVE
    -1765328160: PERSON,  # KRB5_CONFIG_NODEFREALM
}
FIRST = -1765328384


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("unsigned", [False, True])
def test_a_code_leads_to_the_right_thing(code: int, unsigned: bool) -> None:
    error = told(code + (1 << 32 if unsigned else 0), "x", ENDPOINT)
    assert type(error) is CODES[code]
    assert error.host_answered is None
    assert "{" not in error.message + error.remedy


def test_no_code_is_left_untested() -> None:
    assert {FIRST + offset for offset in TROUBLES} == set(CODES)


def test_a_code_that_nobody_foresaw_comes_with_the_librarys_words() -> None:
    error = told(-1765328200, "  Key table I/O\nerror ", ENDPOINT)
    assert type(error) is PERSON
    assert error.message.endswith("libkrb5 says: Key table I/O error")


def test_an_operator_without_the_library_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    with pytest.raises(errors.AuthenticationFailed, match="lacks gssapi") as raised:
        kerberos.ticket(ENDPOINT, tmp_path)
    assert type(raised.value) is errors.AuthenticationFailed
    assert raised.value.host_answered is None


def test_a_keytab_is_never_shown() -> None:
    assert "Canary" not in repr(HostCredentials("svc", None, SecretBytes(b"Canary")))
