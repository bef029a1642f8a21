"""Logons of every kind against services that verify them, and the message of each failure."""

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
from hyperv_operator.ports import CertificateCredentials, HostEndpoint, LoggedOn, PasswordCredentials
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm.agent import WinRmHostAgent
from integration.winrm.issuing import ClientAuthority, pem
from integration.winrm.peer import CertificateGate, Peer, SpnegoGate

USER, PASSWORD = "svc-hyperv", "Canary-Logon-1"
JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")


def _failure(agent: WinRmHostAgent, reached: HostEndpoint) -> HostError:
    with pytest.raises(HostError) as raised:
        agent.read_inventory(reached, JOB, Listener())
    assert "Canary" not in raised.value.message
    assert not raised.value.effect_unknown
    return raised.value


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Peer]:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path), boot_seconds=0.01) as peer:
        yield peer


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_every_message_over_http_is_encrypted(encrypted: Peer, agent: WinRmHostAgent, authentication: str) -> None:
    assert isinstance(encrypted.gate, SpnegoGate)
    reached = endpoint(encrypted, transport="http", authentication=authentication, ca_bundle=None)
    for _ in range(2):
        listener = Listener()
        assert agent.read_inventory(reached, JOB, listener).facts
    assert [report for report in listener.reports if isinstance(report, LoggedOn)] == []
    assert encrypted.gate.used == ["ntlm"]
    assert encrypted.ledger.sessions == 1
    wire = b"".join(encrypted.clear)
    assert b"Encrypted Boundary" in wire
    assert b"Envelope" not in wire


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_a_wrong_password_is_sent_once(encrypted: Peer, agent: WinRmHostAgent, authentication: str) -> None:
    wrong = PasswordCredentials(USER, SecretStr("Canary-Wrong-1"))
    reached = endpoint(encrypted, transport="http", authentication=authentication, ca_bundle=None, credentials=wrong)
    error = _failure(agent, reached)
    assert isinstance(error, LogonRefused)
    assert "Secret 'winrm'" in f"{error.message} {error.remedy}"
    assert encrypted.gate.refused == 1


def test_a_wrong_password_is_sent_once_by_basic(agent: WinRmHostAgent) -> None:
    with SimulatedHost() as host:
        reached = endpoint(
            host, authentication="basic", credentials=PasswordCredentials(USER, SecretStr("Canary-Wrong-1"))
        )
        assert isinstance(_failure(agent, reached), LogonRefused)
        assert host.gate.refused == 1


def test_a_password_that_changes_during_a_session_is_sent_once_more_and_not_to_close_it(
    agent: WinRmHostAgent,
) -> None:
    with SimulatedHost() as host:
        reached = endpoint(host)
        agent.read_inventory(reached, JOB, Listener())
        host.set_password("Canary-Changed-1")
        with pytest.raises(LogonRefused):
            agent.read_inventory(reached, JOB, Listener())
        assert host.gate.refused == 1


def test_an_authentication_that_the_host_does_not_offer_is_not_a_refused_logon(
    agent: WinRmHostAgent, tmp_path: Path
) -> None:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path), authority().context()) as peer:
        error = _failure(agent, endpoint(peer, authentication="basic"))
    assert type(error) is AuthenticationFailed
    assert "does not offer basic authentication, but Negotiate" in f"{error.message} {error.remedy}"
    assert "Service\\Auth" in f"{error.message} {error.remedy}"


def test_a_host_without_negotiate_is_not_a_refused_logon(agent: WinRmHostAgent, tmp_path: Path) -> None:
    with Peer(SpnegoGate(USER, PASSWORD, tmp_path, schemes=("Basic",)), authority().context()) as peer:
        error = _failure(agent, endpoint(peer, authentication="ntlm"))
    assert type(error) is AuthenticationFailed
    assert "does not offer ntlm" in f"{error.message} {error.remedy}"


# --- client certificates-----------------------------------------------------------------------------------------------

TRUSTED = ClientAuthority("Clients")


def _requesting(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = authority().context()
    context.maximum_version = version
    context.load_verify_locations(cadata=TRUSTED.pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls1.2", "tls1.3"])
def mapped(request: pytest.FixtureRequest) -> Iterator[Peer]:
    with Peer(CertificateGate(USER), _requesting(request.param), boot_seconds=0.01) as peer:
        yield peer


def _certificate_endpoint(peer: SimulatedHost, certificate: str, key: str) -> HostEndpoint:
    credentials = CertificateCredentials(SecretStr(certificate), SecretStr(key))
    return endpoint(peer, authentication="certificate", credentials=credentials)


def test_a_mapped_certificate_is_accepted(mapped: Peer, agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    assert isinstance(mapped.gate, CertificateGate)
    mapped.gate.map(certificate)
    assert agent.read_inventory(_certificate_endpoint(mapped, certificate, pem(key)), JOB, Listener()).facts


def test_an_unmapped_certificate_is_refused(mapped: Peer, agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    error = _failure(agent, _certificate_endpoint(mapped, certificate, pem(key)))
    assert isinstance(error, LogonRefused)
    assert "Secret 'winrm' (key 'tls.crt')" in f"{error.message} {error.remedy}"
    assert "ClientCertificate" in f"{error.message} {error.remedy}"
    assert mapped.gate.refused == 1


@contextmanager
def _strict(version: ssl.TLSVersion) -> Iterator[int]:
    """Serve only TLS handshakes, to clients with a trusted certificate; yield the port."""
    context = _requesting(version)
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
def test_a_certificate_from_an_untrusted_issuer_is_not_a_refused_logon(
    agent: WinRmHostAgent, version: ssl.TLSVersion
) -> None:
    certificate, key = ClientAuthority("Strangers").client("operator")
    with SimulatedHost() as host, _strict(version) as port:
        error = _failure(agent, replace(_certificate_endpoint(host, certificate, pem(key)), port=port))
    # TLS 1.3 rejects the certificate after the handshake: a write may fail before the client reads the alert.
    alert_lost = version is ssl.TLSVersion.TLSv1_3 and isinstance(error, HostUnreachable)
    assert type(error) is AuthenticationFailed or alert_lost
    assert "Secret 'winrm' (key 'tls.crt')" in f"{error.message} {error.remedy}"


Pair = Callable[[], tuple[str, str]]


def _expired() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator", begins=-3, ends=-1)
    return certificate, pem(key)


def _not_yet_valid() -> tuple[str, str]:
    certificate, key = TRUSTED.client("operator", begins=2)
    return certificate, pem(key)


def _key_of_another() -> tuple[str, str]:
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
        (_expired, "certificate under 'tls.crt' of Secret 'winrm' expired at"),
        (_not_yet_valid, "certificate under 'tls.crt' of Secret 'winrm' is not valid before"),
        (_key_of_another, "private key under 'tls.key' of Secret 'winrm' does not belong to the first certificate"),
        (_encrypted, "private key under 'tls.key' of Secret 'winrm' is encrypted"),
        (_no_key, "Key 'tls.key' of Secret 'winrm' holds no readable PEM private key"),
        (_no_certificate, "Key 'tls.crt' of Secret 'winrm' holds no PEM certificate"),
        (_swapped, "Key 'tls.crt' of Secret 'winrm' holds no PEM certificate"),
    ],
)
def test_an_unusable_certificate_is_reported_without_contacting_the_host(
    agent: WinRmHostAgent, pair: Pair, sentence: str
) -> None:
    with Peer(CertificateGate(USER), _requesting(ssl.TLSVersion.TLSv1_3)) as peer:
        error = _failure(agent, _certificate_endpoint(peer, *pair()))
    assert type(error) is CredentialsUnusable
    assert sentence in f"{error.message} {error.remedy}"
    assert peer.gate.refused == 0


def test_the_hosts_certificate_is_verified_with_client_certificates_too(agent: WinRmHostAgent) -> None:
    certificate, key = TRUSTED.client("operator")
    with Peer(CertificateGate(USER), _requesting(ssl.TLSVersion.TLSv1_3), trusted=False) as peer:
        reached = replace(_certificate_endpoint(peer, certificate, pem(key)), ca_bundle=TRUSTED.pem)
        assert isinstance(_failure(agent, reached), TlsUntrusted)
    assert peer.gate.refused == 0
