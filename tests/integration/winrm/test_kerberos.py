"""Kerberos against a real KDC and a service that verifies its tickets: what works, and every failure."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from controlplane.waiting import wait_until
from hostcalls import OPTIONS, Listener, endpoint
from hostsim.tls import authority
from hyperv_operator.errors import (
    AuthenticationFailed,
    CredentialsUnusable,
    HostError,
    KdcUnreachable,
    LogonRefused,
    ShellLost,
)
from hyperv_operator.ports import HostEndpoint, KeytabCredentials, PasswordCredentials
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.session import Statement
from integration.winrm.peer import Peer, SpnegoGate
from integration.winrm.realm import REALM, Realm, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"Kerberos cannot be tested: {missing()}")

USER, PASSWORD = "svc-hyperv", "Canary-Kerberos-1"
NAME = f"{USER}@{REALM}"
JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    with Realm(tmp_path_factory.mktemp("realm")) as made:
        made.account(USER, PASSWORD)
        made.service("host/localhost")
        yield made


@pytest.fixture(autouse=True)
def configured(realm: Realm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Write the krb5.conf of operator and host; return a function that replaces it."""
    conf = tmp_path / "krb5.conf"

    def write(text: str | None = None, **settings: object) -> None:
        conf.write_text(realm.conf(**settings) if text is None else text)

    write()
    monkeypatch.setenv("KRB5_CONFIG", str(conf))
    monkeypatch.setenv("KRB5_KTNAME", str(realm.keytab("host/localhost", keep=True)))
    monkeypatch.setenv("KRB5RCACHENAME", "none:")
    return write


@pytest.fixture(params=["http", "https"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    tls = authority().context() if request.param == "https" else None
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path), tls, boot_seconds=0.01) as made:
        yield made


def _endpoint(peer: Peer, password: str = PASSWORD, **changes: Any) -> HostEndpoint:
    base = {
        "address": "localhost",
        "authentication": "kerberos",
        "credentials": PasswordCredentials(NAME, SecretStr(password)),
        "transport": "http" if peer._is_encrypted else "https",
    }
    return endpoint(peer, **{**base, **changes})


def _used(peer: Peer) -> list[str]:
    assert isinstance(peer.gate, SpnegoGate)
    return peer.gate.used


def _with_keytab(path: Path, name: str = NAME, password: str | None = None) -> KeytabCredentials:
    return KeytabCredentials(name, SecretBytes(path.read_bytes()), SecretStr(password) if password else None)


def _failure(agent: WinRmHostAgent, reached: HostEndpoint) -> HostError:
    with pytest.raises(HostError) as raised:
        agent.read_inventory(reached, JOB, Listener())
    assert "Canary" not in raised.value.message
    return raised.value


# --- what works ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
def test_a_password_gets_a_ticket(peer: Peer, agent: WinRmHostAgent, authentication: str) -> None:
    for _ in range(2):
        assert agent.read_inventory(_endpoint(peer, authentication=authentication), JOB, Listener()).facts
    assert _used(peer) == ["kerberos"]
    assert b"Envelope" not in b"".join(peer.clear)


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
def test_a_keytab_gets_a_ticket(peer: Peer, agent: WinRmHostAgent, realm: Realm, authentication: str) -> None:
    credentials = _with_keytab(realm.keytab(USER, keep=True))
    assert agent.read_inventory(
        _endpoint(peer, authentication=authentication, credentials=credentials), JOB, Listener()
    ).facts
    assert _used(peer) == ["kerberos"]


def test_a_name_without_a_realm_is_in_the_default_realm(peer: Peer, agent: WinRmHostAgent) -> None:
    reached = _endpoint(peer, credentials=PasswordCredentials(USER, SecretStr(PASSWORD)))
    assert agent.read_inventory(reached, JOB, Listener()).facts


def test_negotiate_falls_back_to_ntlm_without_a_ticket(
    peer: Peer, agent: WinRmHostAgent, configured: Callable[..., None], realm: Realm
) -> None:
    peer.gate.username = NAME
    before = realm.failures(USER)
    for address, port in (("127.0.0.1", realm.port), ("localhost", 1)):
        configured(port=port)
        reached = _endpoint(peer, authentication="negotiate", address=address, name=f"by-{port}")
        assert agent.read_inventory(reached, JOB, Listener()).facts
    assert _used(peer) == ["ntlm", "ntlm"]
    assert realm.failures(USER) == before


def test_secrets_are_only_in_the_sessions_files_which_are_deleted_with_it(
    agent: WinRmHostAgent, peer: Peer, realm: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    environment = dict(os.environ)
    reached = _endpoint(peer, credentials=_with_keytab(realm.keytab(USER, keep=True)), authentication="kerberos")
    agent.read_inventory(reached, JOB, Listener())
    (folder,) = (one for one in private.iterdir() if one.name.startswith("hvo-session-"))
    assert folder.stat().st_mode & 0o777 == 0o700
    files = {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
    assert files.pop("tickets") == 0o600
    assert files in ({}, {"ca.pem": 0o600})
    assert {**os.environ, "NTLM_USER_FILE": ""} == {**environment, "NTLM_USER_FILE": ""}
    agent.close()
    assert not folder.exists()


def test_concurrent_sessions_of_different_accounts_do_not_interfere(
    peer: Peer, agent: WinRmHostAgent, realm: Realm
) -> None:
    realm.account("other", PASSWORD)
    errors: list[HostError] = []

    def call(reached: HostEndpoint) -> None:
        try:
            agent.read_inventory(reached, JOB, Listener())
        except HostError as error:
            errors.append(error)

    wrong = SecretStr("Canary-Wrong-1")
    kinds = [
        _endpoint(peer, name="a"),
        _endpoint(peer, name="b", credentials=PasswordCredentials(f"other@{REALM}", SecretStr(PASSWORD))),
        _endpoint(peer, name="c", credentials=PasswordCredentials(f"other@{REALM}", wrong)),
    ]
    threads = [threading.Thread(target=call, args=(reached,)) for reached in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(error) for error in errors] == [LogonRefused]
    assert len(_used(peer)) == 2


# --- failures of the account -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
def test_a_wrong_password_counts_as_one_failed_logon(
    peer: Peer, agent: WinRmHostAgent, realm: Realm, authentication: str
) -> None:
    before = realm.failures(USER)
    error = _failure(agent, _endpoint(peer, "Canary-Wrong-1", authentication=authentication))
    assert isinstance(error, LogonRefused)
    assert f"refused the password of {NAME}" in f"{error.message} {error.remedy}"
    assert "'password' in Secret 'winrm'" in f"{error.message} {error.remedy}"
    assert realm.failures(USER) == before + 1
    assert peer.gate.refused == 0
    agent.read_inventory(_endpoint(peer), JOB, Listener())
    assert realm.failures(USER) == 0


def test_negotiate_sends_a_wrong_password_to_either_the_host_or_the_kdc(
    peer: Peer, agent: WinRmHostAgent, realm: Realm
) -> None:
    before = realm.failures(USER)
    wrong = PasswordCredentials(USER, SecretStr("Canary-Wrong-1"))
    error = _failure(agent, _endpoint(peer, authentication="negotiate", credentials=wrong))
    assert isinstance(error, LogonRefused)
    assert (peer.gate.refused, realm.failures(USER)) == (1, before)


def test_an_outdated_keytab_is_a_refused_logon(peer: Peer, agent: WinRmHostAgent, realm: Realm) -> None:
    name = f"stale-{peer.port}"
    realm.account(name, PASSWORD)
    content = realm.keytab(name, keep=True).read_bytes()
    realm.admin(f"cpw -pw Canary-Changed-1 {name}")
    credentials = KeytabCredentials(f"{name}@{REALM}", SecretBytes(content))
    error = _failure(agent, _endpoint(peer, credentials=credentials))
    assert isinstance(error, LogonRefused)
    assert "'keytab' in Secret 'winrm'" in f"{error.message} {error.remedy}"


def test_a_locked_account_is_a_refused_logon(peer: Peer, agent: WinRmHostAgent, realm: Realm) -> None:
    realm.account("locked", PASSWORD)
    realm.admin("modprinc -allow_tix locked")
    error = _failure(agent, _endpoint(peer, credentials=PasswordCredentials(f"locked@{REALM}", SecretStr(PASSWORD))))
    assert isinstance(error, LogonRefused)
    assert "locked, disabled or expired" in f"{error.message} {error.remedy}"


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        (f"nobody@{REALM}", AuthenticationFailed, f"has no account nobody@{REALM}"),
        ("svc@OTHER.EXAMPLE", AuthenticationFailed, "names no KDC of OTHER.EXAMPLE"),
        ("EXAMPLE\\svc", CredentialsUnusable, "Write it as svc-hyperv@EXAMPLE.COM"),
        ("a@b@c@d", AuthenticationFailed, "is not a Kerberos principal"),
        (f"expired@{REALM}", AuthenticationFailed, f"password of expired@{REALM} has expired"),
    ],
)
def test_each_unusable_account_name_has_its_own_message(
    peer: Peer, agent: WinRmHostAgent, realm: Realm, name: str, kind: type[HostError], sentence: str
) -> None:
    realm.account("expired", PASSWORD)
    realm.admin("modprinc -pwexpire yesterday expired")
    error = _failure(agent, _endpoint(peer, credentials=PasswordCredentials(name, SecretStr(PASSWORD))))
    assert type(error) is kind
    assert sentence in f"{error.message} {error.remedy}"
    assert "Secret 'winrm'" in f"{error.message} {error.remedy}"
    assert error.host_answered is None


def test_each_unusable_keytab_has_its_own_message(
    peer: Peer, agent: WinRmHostAgent, realm: Realm, tmp_path: Path
) -> None:
    foreign = _with_keytab(realm.keytab("host/localhost", keep=True))
    error = _failure(agent, _endpoint(peer, credentials=foreign))
    assert type(error) is CredentialsUnusable
    assert f"has no key of {NAME}" in f"{error.message} {error.remedy}"
    broken = tmp_path / "broken"
    broken.write_bytes(b"Canary")
    error = _failure(agent, _endpoint(peer, credentials=_with_keytab(broken)))
    assert type(error) is CredentialsUnusable
    assert "Key 'keytab' of Secret 'winrm' holds no keytab" in f"{error.message} {error.remedy}"


# --- failures of the realm, the host and the operator -----------------------------------------------------------------


def test_an_unreachable_kdc_is_a_temporary_failure(
    peer: Peer, agent: WinRmHostAgent, configured: Callable[..., None]
) -> None:
    configured(port=1)
    error = _failure(agent, _endpoint(peer))
    assert type(error) is KdcUnreachable
    assert f"No KDC of {REALM} answers" in f"{error.message} {error.remedy}"
    configured()
    assert agent.read_inventory(_endpoint(peer), JOB, Listener()).facts


def test_clock_skew_is_reported(
    peer: Peer, agent: WinRmHostAgent, realm: Realm, configured: Callable[..., None]
) -> None:
    before = realm.failures(USER)
    configured(port=realm.start_with_another_clock())
    error = _failure(agent, _endpoint(peer))
    assert type(error) is AuthenticationFailed
    assert "clocks of the operator's node and of the KDC" in f"{error.message} {error.remedy}"
    assert realm.failures(USER) == before


def test_a_host_without_a_service_principal_is_reported(peer: Peer, agent: WinRmHostAgent) -> None:
    error = _failure(agent, _endpoint(peer, address="127.0.0.1"))
    assert type(error) is AuthenticationFailed
    assert (
        "has no service principal host/127.0.0.1. Set spec.address to the host's name"
        in f"{error.message} {error.remedy}"
    )


def test_a_ticket_that_the_host_rejects_is_not_a_refused_logon(
    peer: Peer, agent: WinRmHostAgent, realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_KTNAME", str(realm.service("host/somebody-else")))
    error = _failure(agent, _endpoint(peer))
    assert type(error) is AuthenticationFailed
    assert "did not accept the Kerberos ticket" in f"{error.message} {error.remedy}"


@pytest.mark.parametrize("text", ["[libdefaults\n", "include /nowhere\n"])
def test_an_unreadable_krb5_conf_is_reported(
    peer: Peer, agent: WinRmHostAgent, configured: Callable[..., None], text: str
) -> None:
    configured(text)
    error = _failure(agent, _endpoint(peer))
    assert type(error) is AuthenticationFailed
    assert "krb5.conf cannot be read" in f"{error.message} {error.remedy}"


def test_a_name_without_a_realm_needs_a_default_realm(
    peer: Peer, agent: WinRmHostAgent, configured: Callable[..., None]
) -> None:
    configured(default_realm=None)
    error = _failure(agent, _endpoint(peer, credentials=PasswordCredentials(USER, SecretStr(PASSWORD))))
    assert type(error) is AuthenticationFailed
    assert "has no realm" in f"{error.message} {error.remedy}"


def test_tickets_that_expire_during_a_session_are_replaced(
    peer: Peer, agent: WinRmHostAgent, configured: Callable[..., None]
) -> None:
    configured(ticket_lifetime="1s", clockskew=0)
    pool = agent._pool
    reached = _endpoint(peer)
    with pool.session(reached, Listener()) as session:
        wait_until(lambda: not _is_valid(session._files.name), what="the tickets to expire", within=20)
        peer.call(peer.gate.forget)
        with pytest.raises(ShellLost, match="tickets for localhost"):
            session.run(Statement("x"), "", Listener(), lambda _, __: None)
    configured()
    assert agent.read_inventory(reached, JOB, Listener()).facts


def _is_valid(folder: str) -> bool:
    import gssapi

    store = {b"ccache": f"FILE:{folder}/tickets".encode()}
    try:
        return bool(gssapi.Credentials(usage="initiate", store=store).lifetime)
    except gssapi.exceptions.GSSError:
        return False


def test_an_operator_without_the_library_cannot_use_kerberos(
    peer: Peer, agent: WinRmHostAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    error = _failure(agent, replace(_endpoint(peer), authentication="kerberos"))
    assert type(error) is AuthenticationFailed
    assert "gssapi is not installed" in f"{error.message} {error.remedy}"
    assert "negotiate or ntlm" in f"{error.message} {error.remedy}"
