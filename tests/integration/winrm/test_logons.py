"""Logons against services that really take them, or refuse them: each with a message that says what to do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from hostcalls import OPTIONS, Listener, endpoint
from hostsim.host import SimulatedHost
from hostsim.tls import authority
from hyperv_operator.errors import (
    AuthenticationFailed,
    CredentialsUnusable,
    HostError,
    HostUnreachable,
    LogonRefused,
    TlsUntrusted,
)
from hyperv_operator.ports import HostCredentials, HostEndpoint, LoggedOn
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm.agent import WinRmHostAgent
from integration.winrm.issuing import ClientAuthority, pem
from integration.winrm.peer import CertificateGate, Peer, SpnegoGate

USER, PASSWORD = "svc-hyperv", "Canary-Logon-1"
JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")


def _refused(agent: WinRmHostAgent, reached: HostEndpoint) -> HostError:
    with pytest.raises(HostError) as raised:
        agent.read_inventory(reached, JOB, Listener())
    assert "Canary" not in raised.value.message
    assert not raised.value.effect_unknown
    return raised.value


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Peer]:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path), boot_seconds=0.01) as peer:
        yield peer


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_over_http_every_message_is_sealed(sealed: Peer, agent: WinRmHostAgent, authentication: str) -> None:
    assert isinstance(sealed.gate, SpnegoGate)
    reached = endpoint(sealed, transport="http", authentication=authentication, ca_bundle=None)
    for _ in range(2):
        listener = Listener()
        assert agent.read_inventory(reached, JOB, listener).facts
    assert [report for report in listener.reports if isinstance(report, LoggedOn)] == []
    assert sealed.gate.used == ["ntlm"]
    assert sealed.ledger.sessions == 1
    wire = b"".join(sealed.clear)
    assert b"Encrypted Boundary" in wire
    assert b"Envelope" not in wire


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_a_wrong_password_is_offered_once(sealed: Peer, agent: WinRmHostAgent, authentication: str) -> None:
    wrong = HostCredentials(USER, SecretStr("Canary-Wrong-1"))
    reached = endpoint(sealed, transport="http", authentication=authentication, ca_bundle=None, credentials=wrong)
    error = _refused(agent, reached)
    assert isinstance(error, LogonRefused)
    assert "Secret 'winrm'" in f"{error.message} {error.remedy}"
    assert sealed.gate.refused == 1


def test_a_wrong_password_by_basic_is_offered_once(agent: WinRmHostAgent) -> None:
    with SimulatedHost() as host:
        reached = endpoint(host, authentication="basic", credentials=HostCredentials(USER, SecretStr("Canary-Wrong-1")))
        assert isinstance(_refused(agent, reached), LogonRefused)
        assert host.gate.refused == 1


def test_a_password_that_changes_under_a_session_is_offered_once_more_and_not_again_to_close_it(
    agent: WinRmHostAgent,
) -> None:
    with SimulatedHost() as host:
        reached = endpoint(host)
        agent.read_inventory(reached, JOB, Listener())
        host.set_password("Canary-Changed-1")
        with pytest.raises(LogonRefused):
            agent.read_inventory(reached, JOB, Listener())
        assert host.gate.refused == 1


def test_a_way_to_authenticate_that_the_host_does_not_offer_is_no_refused_password(
    agent: WinRmHostAgent, tmp_path: Path
) -> None:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path), authority().context()) as peer:
        error = _refused(agent, endpoint(peer, authentication="basic"))
    assert type(error) is AuthenticationFailed
    assert "does not offer basic authentication, but Negotiate" in f"{error.message} {error.remedy}"
    assert "Service\\Auth" in f"{error.message} {error.remedy}"


def test_a_host_without_negotiate_is_no_refused_password(agent: WinRmHostAgent, tmp_path: Path) -> None:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path, schemes=("Basic",)), authority().context()) as peer:
        error = _refused(agent, endpoint(peer, authentication="ntlm"))
    assert type(error) is AuthenticationFailed
    assert "does not offer ntlm" in f"{error.message} {error.remedy}"


# --- certificates ----------------------------------------------------------------------------------------------------

TRUSTED = ClientAuthority("Clients")


def _asking(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = authority().context()
    context.maximum_version = version
    context.load_verify_locations(cadata=TRUSTED.pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls1.2", "tls1.3"])
def mapped(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with Peer(CertificateGate(USER), _asking(request.param), boot_seconds=0.01) as peer:
        yield peer


def _with_certificate(peer: SimulatedHost, certificate: str, key: str) -> HostEndpoint:
    credentials = HostCredentials(certificate_pem=SecretStr(certificate), certificate_key_pem=SecretStr(key))
    return endpoint(peer, authentication="certificate", credentials=credentials)


def test_a_mapped_certificate_logs_on(mapped: Peer, agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    assert isinstance(mapped.gate, CertificateGate)
    mapped.gate.map(certificate)
    assert agent.read_inventory(_with_certificate(mapped, certificate, pem(key)), JOB, Listener()).facts


def test_a_certificate_that_is_not_mapped_is_refused(mapped: Peer, agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    error = _refused(agent, _with_certificate(mapped, certificate, pem(key)))
    assert isinstance(error, LogonRefused)
    assert "Secret 'winrm' (key 'tls.crt')" in f"{error.message} {error.remedy}"
    assert "ClientCertificate" in f"{error.message} {error.remedy}"
    assert mapped.gate.refused == 1


@contextmanager
def _strict(version: ssl.TLSVersion) -> Iterator[int]:
    """Serve handshakes, and nothing else, to clients whose certificate is trusted; yields the port."""
    context = _asking(version)
    context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    accepted, _ = listening.accept()
                    with suppress(OSError), accepted, context.wrap_socket(accepted, server_side=True) as wrapped:
                        wrapped.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_of_an_authority_that_the_host_does_not_trust_is_no_refused_account(
    agent: WinRmHostAgent, version: ssl.TLSVersion
) -> None:
    certificate, key = ClientAuthority("Strangers").client("operator")
    with SimulatedHost() as host, _strict(version) as port:
        error = _refused(agent, replace(_with_certificate(host, certificate, pem(key)), port=port))
    # TLS 1.3 refuses after the handshake: what is written then may find the connection closed before the reason is read.
    told_late = version is ssl.TLSVersion.TLSv1_3 and type(error) is HostUnreachable
    assert type(error) is AuthenticationFailed or told_late
    assert "Secret 'winrm' (key 'tls.crt')" in f"{error.message} {error.remedy}"


Pair = Callable[[], tuple[str, str]]


def _expired() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator", begins=-3, ends=-1)
    return certificate, pem(key)


def _too_young() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator", begins=2)
    return certificate, pem(key)


def _of_another() -> tuple[str, str]:
    return TRUSTED.client("operator")[0], pem(TRUSTED.client("other")[1])


def _encrypted() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator")
    return certificate, pem(key, "Canary-passphrase")


def _no_key() -> tuple[str, str]:
    return TRUSTED.client("operator")[0], "Canary: no key"


def _no_certificate() -> tuple[str, str]:
    return "Canary: no certificate", pem(TRUSTED.client("operator")[1])


def _swapped() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator")
    return pem(key), certificate


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        (_expired, "certificate under 'tls.crt' of Secret 'winrm' has expired at"),
        (_too_young, "certificate under 'tls.crt' of Secret 'winrm' is not valid before"),
        (_of_another, "private key under 'tls.key' of Secret 'winrm' does not belong to the certificate"),
        (_encrypted, "private key under 'tls.key' of Secret 'winrm' is encrypted"),
        (_no_key, "no private key in PEM that can be read under 'tls.key' of Secret 'winrm'"),
        (_no_certificate, "no certificate in PEM under 'tls.crt' of Secret 'winrm'"),
        (_swapped, "no certificate in PEM under 'tls.crt' of Secret 'winrm'"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named_before_the_host_is_asked(
    agent: WinRmHostAgent, pair: Pair, sentence: str
) -> None:
    with Peer(CertificateGate(USER), _asking(ssl.TLSVersion.TLSv1_3)) as peer:
        error = _refused(agent, _with_certificate(peer, *pair()))
    assert type(error) is CredentialsUnusable
    assert sentence in f"{error.message} {error.remedy}"
    assert peer.gate.refused == 0


def test_the_hosts_certificate_is_verified_by_whatever_logon(agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    with Peer(CertificateGate(USER), _asking(ssl.TLSVersion.TLSv1_3), trusted=False) as peer:
        reached = replace(_with_certificate(peer, certificate, pem(key)), ca_bundle=TRUSTED.pem)
        assert isinstance(_refused(agent, reached), TlsUntrusted)
    assert peer.gate.refused == 0
