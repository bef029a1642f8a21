"""The transport to ordinary but difficult hosts: error pages, trust, old TLS, odd names and passwords, and connections that were kept."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest
from aiohttp import web
from pydantic import SecretStr
from typing_extensions import override

from hostcalls import OPTIONS, Listener, endpoint, provisioning
from hostsim.auth import Gate
from hostsim.host import SimulatedHost
from hostsim.soap import ACCESS_DENIED, Fault, refusal
from hostsim.tls import authority
from hyperv_operator import errors
from hyperv_operator.errors import HostError
from hyperv_operator.ports import CertificateCredentials, HostEndpoint, LoggedOn, PasswordCredentials
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm.agent import WinRmHostAgent
from integration.winrm.issuing import ClientAuthority, pem
from integration.winrm.peer import CertificateGate, Peer, SpnegoGate

T = TypeVar("T")
JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")


def _failure(agent: WinRmHostAgent, reached: HostEndpoint) -> HostError:
    with pytest.raises(HostError) as caught:
        agent.read_inventory(reached, JOB, Listener())
    return caught.value


# --- error pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["logon", "answer"])
@pytest.mark.parametrize(
    ("status", "kind", "answered", "part"),
    [
        (403, errors.AuthenticationFailed, True, "(HTTP 403)"),
        (404, errors.ProtocolViolation, True, "(HTTP 404)"),
        (407, errors.ProtocolViolation, True, "(HTTP 407)"),
        (429, errors.QuotaExceeded, True, "(HTTP 429). It asks to be left alone for 17 s."),
        (500, errors.ProtocolViolation, True, "HTTP 500 without a WinRM message"),
        (502, errors.HostUnreachable, False, "HTTP 502"),
        (503, errors.WinRmUnavailable, False, "HTTP 503: its WinRM service is stopped or overloaded. It asks"),
        (504, errors.HostUnreachable, False, "HTTP 504"),
    ],
)
def test_an_error_page_that_is_xml_is_named_by_its_status(
    agent: WinRmHostAgent, status: int, kind: type[HostError], answered: bool, part: str, place: str
) -> None:
    with SimulatedHost() as host:
        host.faults.hostile, host.faults.hostile_status, host.faults.hostile_at = "error-page", status, place  # type: ignore[assignment]
        error = _failure(agent, endpoint(host))
    assert type(error) is kind
    assert error.host_answered is answered
    assert part in error.message


def test_a_page_with_status_200_is_no_answer_of_winrm(agent: WinRmHostAgent) -> None:
    with SimulatedHost() as host:
        host.faults.hostile = "error-page"
        error = _failure(agent, endpoint(host))
    assert type(error) is errors.ProtocolViolation
    assert "no message of WinRM" in error.message


def test_what_a_host_says_about_logons_is_cut(agent: WinRmHostAgent) -> None:
    class Talking(Gate):
        @override
        def check(self, request: web.Request) -> web.Response | None:
            return web.Response(status=401, headers={"WWW-Authenticate": "Digest x, A\u202e, " + "B" * 7_000})

    with SimulatedHost() as host:
        host.wsman.gate = Talking("u", "p")
        error = _failure(agent, endpoint(host, authentication="basic"))
    assert "does not offer basic authentication, but Digest" in error.message
    assert len(error.message) < 300
    assert error.message.isascii()


def test_cookies_are_not_kept(agent: WinRmHostAgent) -> None:
    sent: list[str] = []

    class Baking(Gate):
        @override
        def check(self, request: web.Request) -> web.Response | None:
            sent.extend(request.headers.getall("Cookie", []))
            refused = super().check(request)
            if refused is not None:
                refused.headers.add("Set-Cookie", "canary=1; Path=/; Secure")
            return refused

    with SimulatedHost() as host:
        host.wsman.gate = Baking(host.username, host.password)
        assert agent.read_inventory(endpoint(host), JOB, Listener()).facts
    assert sent == []


# --- trust and TLS -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bundle", ["-----BEGIN CERTIFICATE-----\nCanary\n-----END CERTIFICATE-----\n", "Canary", "ä", ""]
)
def test_a_bundle_that_cannot_be_read_is_named_and_the_host_is_not_contacted(
    agent: WinRmHostAgent, bundle: str
) -> None:
    with SimulatedHost() as host:
        for given in (bundle, host.ca_pem + bundle if "BEGIN" in bundle else bundle):
            error = _failure(agent, endpoint(host, ca_bundle=given))
            assert type(error) is errors.CredentialsUnusable
            assert "spec.connection.caBundle" in error.message
            assert "Canary" not in f"{error.message} {error.remedy}"
            assert error.host_answered is None
        assert host.wsman.names == []


def test_without_a_bundle_the_systems_trust_store_counts(
    agent: WinRmHostAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SimulatedHost() as host:
        assert isinstance(_failure(agent, endpoint(host, ca_bundle=None)), errors.TlsUntrusted)
        store = tmp_path / "ca.pem"
        store.write_text(host.ca_pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(store))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
        assert agent.read_inventory(endpoint(host, ca_bundle=None), JOB, Listener()).facts


@contextmanager
def _serving(context: ssl.SSLContext) -> Iterator[int]:
    """Serve TLS handshakes and nothing else; yield the port."""
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


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_host_with_old_tls_only_is_named_as_such(agent: WinRmHostAgent, version: ssl.TLSVersion) -> None:
    context = authority().context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with SimulatedHost() as host, _serving(context) as port:
        error = _failure(agent, endpoint(host, port=port))
    assert type(error) is errors.TlsUntrusted
    assert "offers no TLS 1.2 or later" in error.message
    assert "port" not in error.remedy


def test_a_host_without_a_common_cipher_suite_is_named_as_such(agent: WinRmHostAgent) -> None:
    context = authority().context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")
    with SimulatedHost() as host, _serving(context) as port:
        error = _failure(agent, endpoint(host, port=port))
    assert "no cipher suite or key size in common" in error.message


def test_a_port_that_speaks_no_tls_is_blamed(agent: WinRmHostAgent, tmp_path: Path) -> None:
    with Peer(SpnegoGate("u", "p", tmp_path)) as peer:
        error = _failure(agent, replace(endpoint(peer), transport="https", ca_bundle=authority().pem))
    assert type(error) is errors.TlsUntrusted
    assert "spec.connection.port" in error.remedy


# --- names and passwords -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authentication", ["ntlm", "basic"])
def test_names_and_passwords_may_have_any_letters(agent: WinRmHostAgent, authentication: str) -> None:
    with SimulatedHost(username="bjørn-Ж", password="пароль-€-ü-😀") as host:
        reached = endpoint(host, authentication=authentication)
        assert agent.read_inventory(reached, JOB, Listener()).facts


def test_a_user_name_that_basic_cannot_send_blames_the_secret(agent: WinRmHostAgent) -> None:
    with SimulatedHost() as host:
        credentials = PasswordCredentials("a:b", SecretStr("p"))
        error = _failure(agent, endpoint(host, authentication="basic", credentials=credentials))
        assert type(error) is errors.CredentialsUnusable
        assert "Secret 'winrm'" in error.message
        assert host.gate.refused == 0


def test_an_absolute_name_is_resolved_with_its_dot_and_verified_without(
    agent: WinRmHostAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, asked = socket.getaddrinfo, list[str]()

    def resolver(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with SimulatedHost() as host:
        assert agent.read_inventory(endpoint(host, address="localhost."), JOB, Listener()).facts
    assert "localhost." in asked


class _IPv6Host(SimulatedHost):
    address = "::1"


@pytest.mark.parametrize("address", ["::1", "[::1]", "0:0:0:0:0:0:0:1"])
def test_an_ipv6_address_is_used_rightly(agent: WinRmHostAgent, address: str) -> None:
    with _IPv6Host() as host:
        assert agent.read_inventory(endpoint(host, address=address), JOB, Listener()).facts
        host.go_down()
        assert f"[{address.strip('[]')}]:{host.port}" in _failure(agent, endpoint(host, address=address)).message
        host.come_back()


def test_no_proxy_and_no_netrc_are_used(agent: WinRmHostAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("default login canary password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with SimulatedHost() as host:
        assert agent.read_inventory(endpoint(host), JOB, Listener()).facts
        assert host.gate.refused == 0


# --- encrypted messages and certificates ---------------------------------------------------------------------------------


class _Clear(Peer):
    """Answers encrypted messages in clear text, like somebody on the way."""

    answer: web.Response | None = None

    @override
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.answer is not None and request.headers.get("Content-Type", "").startswith("multipart/encrypted"):
            await request.read()
            return web.Response(status=self.answer.status, text=self.answer.text, content_type="application/soap+xml")
        return await super()._handle(request)


def _over_http(peer: Peer) -> HostEndpoint:
    return endpoint(peer, transport="http", ca_bundle=None)


@pytest.mark.parametrize(
    ("answer", "kind", "part"),
    [
        (web.Response(status=200, text="<s:Envelope/>"), errors.ProtocolViolation, "without encryption"),
        (refusal("uuid:x", Fault(ACCESS_DENIED, "Canary")), errors.ProtocolViolation, "HTTP 500"),
        (web.Response(status=503, text="x"), errors.WinRmUnavailable, "HTTP 503"),
    ],
    ids=["answer", "fault", "status"],
)
def test_of_a_clear_answer_to_an_encrypted_message_only_the_status_counts(
    agent: WinRmHostAgent, tmp_path: Path, answer: web.Response, kind: type[HostError], part: str
) -> None:
    with _Clear(SpnegoGate("svc-hyperv", "Simulated-Host-1", tmp_path)) as peer:
        agent.read_inventory(_over_http(peer), JOB, Listener())
        peer.answer = answer
        error = _failure(agent, _over_http(peer))
    assert type(error) is kind
    assert part in error.message
    assert "Canary" not in error.message


def test_a_redirect_is_not_followed_with_a_certificate_either(agent: WinRmHostAgent) -> None:
    clients = ClientAuthority("Clients")
    certificate, key = clients.client("operator")
    context = authority().context()
    context.load_verify_locations(cadata=clients.pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    credentials = CertificateCredentials(SecretStr(certificate), SecretStr(pem(key)))
    with Peer(CertificateGate("u"), context) as peer, SimulatedHost("other") as other:
        peer.faults.hostile, peer.faults.hostile_status = "redirect", 308
        peer.faults.hostile_location = f"https://127.0.0.1:{other.port}/wsman"
        error = _failure(agent, endpoint(peer, authentication="certificate", credentials=credentials))
        assert "redirected (HTTP 308)" in error.message
        assert other.gate.refused == 0


# --- kept connections --------------------------------------------------------------------------------------------------


class Reset:
    """A relay to a host that can answer the next bytes of a client with a reset, as a firewall does for a connection it has forgotten."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self.armed = False
        self.resets = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._wait(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(
                self._relay(reader, far_writer, near=writer), self._relay(far_reader, writer, near=None)
            )
        except OSError:
            pass
        finally:
            writer.close()
            far_writer.close()

    async def _relay(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, near: asyncio.StreamWriter | None
    ) -> None:
        while data := await source.read(65_536):
            if near is not None and self.armed:
                self.armed = False
                self.resets += 1
                near.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                near.transport.abort()
                break
            target.write(data)
            await target.drain()
        target.close()


@pytest.fixture
def relayed() -> Iterator[tuple[SimulatedHost, Reset]]:
    """Provide a host behind a relay."""
    with SimulatedHost(boot_seconds=0.01) as host, Reset(host.port) as relay:
        yield host, relay


def test_a_read_only_call_on_a_connection_that_was_reset_meanwhile_is_made_again(
    agent: WinRmHostAgent, relayed: tuple[SimulatedHost, Reset]
) -> None:
    host, relay = relayed
    reached = endpoint(host, port=relay.port)
    agent.read_inventory(reached, JOB, Listener())
    relay.armed = True
    assert agent.read_inventory(reached, JOB, Listener()).facts
    assert relay.resets == 1


def test_a_run_on_a_connection_that_was_reset_meanwhile_is_not_made_again(
    agent: WinRmHostAgent, relayed: tuple[SimulatedHost, Reset]
) -> None:
    host, relay = relayed
    reached = endpoint(host, port=relay.port)
    agent.read_inventory(reached, JOB, Listener())
    relay.armed = True
    with pytest.raises(errors.ConnectionLost) as caught:
        agent.run(reached, provisioning(host), Listener())
    assert caught.value.effect_unknown
    assert relay.resets == 1
    assert host.ledger.runs == []


def test_a_new_connection_that_is_reset_is_not_tried_again(
    agent: WinRmHostAgent, relayed: tuple[SimulatedHost, Reset]
) -> None:
    host, relay = relayed
    relay.armed = True
    assert isinstance(_failure(agent, endpoint(host, port=relay.port)), errors.HostUnreachable)
    assert relay.resets == 1


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_kept_session_survives_the_end_of_its_connection(
    agent: WinRmHostAgent, tmp_path: Path, encrypted: bool
) -> None:
    tls = None if encrypted else authority().context()
    with Peer(SpnegoGate("svc-hyperv", "Simulated-Host-1", tmp_path), tls) as peer:
        changes = {"transport": "http", "ca_bundle": None} if encrypted else {}
        reached = endpoint(peer, **changes)
        listener = Listener()
        agent.read_inventory(reached, JOB, listener)
        for call in range(3):
            peer.go_down()
            peer.come_back()
            if call == 2:
                agent.run(reached, provisioning(peer), listener)
            else:
                agent.read_inventory(reached, JOB, listener)
        assert [type(one) for one in listener.reports].count(LoggedOn) == 1
        assert len(peer.wsman.names) == 1
        assert all(b"<s:Envelope" not in message for message in peer.clear)
