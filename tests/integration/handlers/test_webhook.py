"""The webhook server over real TLS: it waits for its certificate, loads renewals and survives unusable ones."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from controlplane.waiting import wait_until_async
from e2e.webhook import Certificates
from hyperv_operator.handlers.webhook import WebhookServer
from hyperv_operator.serving.certificate import Certificate

_BODY = '{"request": {"uid": "1"}}'
_HEAD = f"POST /hypervmachines HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(_BODY)}\r\nConnection: close\r\n\r\n"
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
async def _serving(folder: Path, port: int) -> AsyncIterator[asyncio.Task[None]]:
    def review(request: Any) -> Any:
        return {"response": {"uid": request["request"]["uid"], "allowed": True}}

    task = asyncio.create_task(WebhookServer("127.0.0.1", port, Certificate(folder, 0.02, "webhook"), review).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
