"""The webhook server over real TLS: it waits for its certificate, loads renewals and survives unusable ones."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest

from controlplane import credentials
from controlplane.credentials import FRONT_PROXY
from controlplane.waiting import wait_until_async
from e2e.webhook import Certificates
from hyperv_operator.handlers import webhook
from hyperv_operator.handlers.reviews import Review
from hyperv_operator.handlers.webhook import Site, WebhookServer
from hyperv_operator.ports import JsonObject
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.serving.clients import ClientAuthority
from hyperv_operator.serving.connections import Refused

_MACHINE = {"apiVersion": "hyperv-operator.io/v1alpha1", "kind": "HyperVMachine", "metadata": {"name": "a"}}
_REVIEW = {"uid": "1", "operation": "CREATE", "object": _MACHINE}
_BODY = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": _REVIEW})
_HEAD = (
    "POST /hypervmachines HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(_BODY)}\r\nConnection: close\r\n\r\n"
)
_REQUEST = (_HEAD + _BODY).encode()


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path / "mounted")


@asynccontextmanager
async def _serving(
    folder: Path, port: int, clients: ClientAuthority | None = None, refused: Refused = lambda _: None
) -> AsyncIterator[asyncio.Task[None]]:
    def answer(review: Review) -> JsonObject:
        return {"response": {"uid": review.uid, "allowed": True}}

    site = Site("127.0.0.1", port, partial(Certificate, folder, 0.02, "webhook"), clients)
    task = asyncio.create_task(WebhookServer(site, answer, refused).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        # A connection that was accepted at the last moment is closed by a task of the event loop.
        await asyncio.sleep(0.05)


async def _ask(authority: str, port: int) -> tuple[str, bytes]:
    """Post a review; return the server's certificate and response, both empty while nothing listens."""
    context = ssl.create_default_context(cadata=authority)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    except ConnectionError:
        return "", b""
    shown = ssl.DER_cert_to_PEM_cert(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
    writer.write(_REQUEST)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return shown, answer


async def _shows(certificate: str, authority: str, port: int) -> bytes:
    _, answer = await wait_until_async(
        lambda: _ask(authority, port), lambda seen: seen[0] == certificate, what="this certificate"
    )
    return answer


async def test_a_review_is_answered_over_tls(certificates: Certificates, port: int) -> None:
    certificate = certificates.renew()
    async with _serving(certificates.folder, port):
        assert b'"allowed": true' in await _shows(certificate, certificates.authority.pem, port)


async def test_a_server_without_a_certificate_waits_for_one(
    certificates: Certificates, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    def problems() -> list[str]:
        return [entry.getMessage() for entry in caplog.records if "cannot be used" in entry.getMessage()]

    async def read_log() -> list[str]:
        return problems()

    async with _serving(certificates.folder, port) as task:
        await wait_until_async(read_log, what="a log message about the missing files")
        assert await _ask(certificates.authority.pem, port) == ("", b"")
        await _shows(certificates.renew(), certificates.authority.pem, port)
        assert not task.done()
    assert len(problems()) == 1


async def test_a_renewed_certificate_is_served_and_open_connections_stay(certificates: Certificates, port: int) -> None:
    first = certificates.renew()
    async with _serving(certificates.folder, port):
        await _shows(first, certificates.authority.pem, port)
        context = ssl.create_default_context(cadata=certificates.authority.pem)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        await _shows(certificates.renew(), certificates.authority.pem, port)
        writer.write(_REQUEST)
        assert b'"allowed": true' in await reader.read()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("broken", ["other key", "no PEM", "gone"])
async def test_an_unusable_renewal_keeps_the_current_certificate(
    certificates: Certificates, port: int, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    good = certificates.renew()
    async with _serving(certificates.folder, port) as task:
        await _shows(good, certificates.authority.pem, port)
        certificate, _ = certificates.authority.issue()
        match broken:
            case "other key":
                certificates.put(certificate, certificates.authority.issue()[1])
            case "no PEM":
                certificates.put("nonsense", "nonsense")
            case _:
                (certificates.folder / "tls.crt").unlink()

        async def problems() -> bool:
            return any("cannot be used" in entry.getMessage() for entry in caplog.records)

        await wait_until_async(problems, what="a log message")
        shown, answer = await _ask(certificates.authority.pem, port)
        assert (shown, b'"allowed": true' in answer) == (good, True)
        if broken != "gone":
            await _shows(certificates.renew(), certificates.authority.pem, port)
        assert not task.done()


async def test_tls_1_2_is_the_minimum_version() -> None:
    assert Certificate(Path("/nowhere"), 1, "webhook").context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_the_key_is_not_logged(certificates: Certificates, port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    certificate = certificates.renew()
    async with _serving(certificates.folder, port):
        await _shows(certificate, certificates.authority.pem, port)
    assert "PRIVATE" not in caplog.text


async def test_no_file_is_written(certificates: Certificates, port: int) -> None:
    certificate = certificates.renew()
    before = sorted(certificates.folder.iterdir())
    async with _serving(certificates.folder, port):
        await _shows(certificate, certificates.authority.pem, port)
    assert sorted(certificates.folder.iterdir()) == before


async def _send(authority: str, port: int, *parts: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Send parts, with a moment between two, and return what comes until the server closes the connection."""
    context = context or ssl.create_default_context(cadata=authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    with contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)
    answer = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        answer = await reader.read()
    writer.close()
    return answer


def _post(body: bytes, *headers: str) -> bytes:
    lines = ["POST / HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    if not headers:
        lines += [f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


_COMPRESSED = gzip.compress(b" " * 70_000_000)


@pytest.mark.parametrize(
    ("request_", "status", "sentence", "reason"),
    [
        (_post(b"nonsense"), 400, "The body is not JSON.", "not-a-review"),
        (_post(b"[" * 60_000), 400, "The body is not JSON.", "not-a-review"),
        (_post(b"x" * 3_145_729), 413, "larger than 3145728 bytes", "too-large"),
        (_post(b"", "Content-Length: 99999999999"), 413, "larger than 3145728 bytes", "too-large"),
        (_post(b"7\r\n{}     \r\n", "Transfer-Encoding: chunked"), 408, "did not arrive within 0.3 s", "slow"),
        (_post(b"{", "Content-Length: 2"), 408, "did not arrive within 0.3 s", "slow"),
        (
            _post(_COMPRESSED, "Content-Encoding: gzip", f"Content-Length: {len(_COMPRESSED)}"),
            400,
            "not JSON",
            "not-a-review",
        ),
    ],
    ids=["nonsense", "depth", "too large", "announced", "endless", "half", "compressed"],
)
async def test_what_is_no_review_gets_a_sentence_and_is_counted(
    certificates: Certificates, port: int, request_: bytes, status: int, sentence: str, reason: str
) -> None:
    certificates.renew()
    counted: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(webhook, "_BODY_SECONDS", 0.3)
        async with _serving(certificates.folder, port, refused=counted.append):
            await _shows_something(certificates, port)
            answer = await _send(certificates.authority.pem, port, request_)
    head, _, text = answer.decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), answer
    assert sentence in text
    assert "Traceback" not in text
    assert counted == [reason]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"nonsense\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 1_000 + b"\r\n",
        b"\x00" * 100,
    ],
    ids=["text", "another protocol", "many headers", "zeros"],
)
async def test_what_is_no_http_gets_no_traceback(certificates: Certificates, port: int, nonsense: bytes) -> None:
    certificates.renew()
    async with _serving(certificates.folder, port):
        await _shows_something(certificates, port)
        answer = await _send(certificates.authority.pem, port, nonsense)
        assert answer.partition(b"\r\n")[0] in (b"HTTP/1.1 400 Bad Request", b"HTTP/1.0 400 Bad Request", b"")
        assert b"Traceback" not in answer
        assert b'"allowed": true' in (await _ask(certificates.authority.pem, port))[1]


async def _shows_something(certificates: Certificates, port: int) -> None:
    await wait_until_async(lambda: _ask(certificates.authority.pem, port), lambda seen: seen[0], what="a server")


async def test_large_bodies_together_take_bounded_memory_and_small_ones_are_still_read(
    certificates: Certificates, port: int
) -> None:
    certificates.renew()
    counted: list[str] = []
    half = _post(b" " * 1_000_000, "Content-Length: 3000000")
    async with _serving(certificates.folder, port, refused=counted.append):
        await _shows_something(certificates, port)
        async with asyncio.TaskGroup() as group:
            held = [group.create_task(_send(certificates.authority.pem, port, half)) for _ in range(30)]

            async def refused() -> int:
                return counted.count("memory")

            await wait_until_async(refused, lambda seen: seen >= 10, what="refusals")
            assert b'"allowed": true' in (await _ask(certificates.authority.pem, port))[1]
        answers = [one.result().partition(b" ")[2][:3] for one in held]
    assert set(answers) == {b"408", b"503"}
    assert 10 <= answers.count(b"503") < 20


class _Clients:
    """Clients with certificates of an authority whose PEM is in a file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._files = credentials.create(folder)
        self.file = self._files.proxy_ca_file

    def context(self, server: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=server)
        context.load_cert_chain(self._files.proxy_certificate, self._files.proxy_key)
        return context


@pytest.fixture
def clients(tmp_path: Path) -> _Clients:
    return _Clients(tmp_path / "clients")


async def test_only_clients_with_a_certificate_of_the_authority_are_answered(
    certificates: Certificates, port: int, clients: _Clients, tmp_path: Path
) -> None:
    certificates.renew()
    server = certificates.authority.pem
    counted: list[str] = []
    authority = ClientAuthority(clients.file, 0.02, frozenset({FRONT_PROXY, "another"}))
    others = _Clients(tmp_path / "others")
    good, foreign, none = clients.context(server), others.context(server), ssl.create_default_context(cadata=server)
    async with _serving(certificates.folder, port, authority, counted.append):
        await wait_until_async(lambda: _listens(port), what="a server")
        assert b'"allowed": true' in await _send(server, port, _REQUEST, context=good)
        assert await _send(server, port, _REQUEST, context=none) == b""
        assert await _send(server, port, _REQUEST, context=foreign) == b""
        clients.file.write_text(others.file.read_text())

        async def answered() -> bytes:
            try:
                return await _send(server, port, _REQUEST, context=foreign)
            except OSError:
                return b""

        await wait_until_async(answered, lambda seen: b'"allowed": true' in seen, what="the new authority")
        assert await _send(server, port, _REQUEST, context=good) == b""
    assert counted.count("tls") >= 3


async def test_a_client_of_another_name_is_not_answered(
    certificates: Certificates, port: int, clients: _Clients
) -> None:
    certificates.renew()
    server = certificates.authority.pem
    counted: list[str] = []
    authority = ClientAuthority(clients.file, 0.02, frozenset({"kube-apiserver"}))
    async with _serving(certificates.folder, port, authority, counted.append):
        await wait_until_async(lambda: _listens(port), what="a server")
        refusal = await _send(server, port, _REQUEST, context=clients.context(server))
    assert refusal.startswith(b"HTTP/1.1 401 ")
    assert b"admission.clientCA.allowedNames" in refusal
    assert "client" in counted


@pytest.mark.parametrize("text", ["", "nonsense", None])
async def test_without_a_usable_authority_nobody_is_answered(
    certificates: Certificates, port: int, clients: _Clients, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    certificates.renew()
    usable = clients.file.read_text()
    clients.file.unlink()
    if text is not None:
        clients.file.write_text(text)
    async with _serving(certificates.folder, port, ClientAuthority(clients.file, 0.02)):

        async def problems() -> list[str]:
            return [one.getMessage() for one in caplog.records if "cannot be used" in one.getMessage()]

        (problem,) = await wait_until_async(problems, what="a log message")
        assert "authority of the webhook's clients" in problem
        assert not await _listens(port)
        clients.file.write_text(usable)
        await wait_until_async(lambda: _listens(port), what="a server")


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True
