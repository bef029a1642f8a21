"""The aggregated API over real TLS: who gets an answer, in which form, and what happens to readers that do not read."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from controlplane.waiting import wait_until_async
from hyperv_operator.errors import ClusterError
from hyperv_operator.livelogs import server as server_module
from hyperv_operator.livelogs import streaming
from hyperv_operator.serving.connections import Limits
from integration.livelogs.serving import BASE, HOST_LOG, LOG, Proxies, Served, serving, shorten_intervals
from unit.livelogs.samples import UID, end, run, say

pytestmark = pytest.mark.timeout(60)


async def _status(session: aiohttp.ClientSession, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
    async with session.get(path, **more) as answer:
        return answer.status, await answer.json()


async def _entries(answer: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        line = await asyncio.wait_for(answer.content.readline(), 10)
        assert line, found
        if line.strip():
            found.append(json.loads(line))
    return found


def _said(entries: list[dict[str, Any]]) -> list[str]:
    return [one.get("reason") or one["text"] for one in entries]


async def _following(served: Served, count: int) -> None:
    async def number() -> float:
        return served.gauge("log_followers")

    await wait_until_async(number, lambda seen: seen == count, what=f"{count} followers")


@pytest.mark.parametrize(
    "path",
    [
        "/apis",
        "/apis/subresources.hyperv-operator.io",
        BASE,
        "/openapi/v2",
        "/openapi/v3",
        LOG,
        HOST_LOG,
        f"{BASE}/executors/current",
    ],
)
async def test_without_the_api_servers_certificate_nothing_is_answered(path: str) -> None:
    async with serving() as served:
        bare = ssl.create_default_context(cadata=served.authority)
        async with served.client("system:admin", bare) as session:
            code, body = await _status(session, path)
        assert (code, body["kind"], body["reason"], body["code"]) == (401, "Status", "Unauthorized", 401)
        assert served.cluster.asked == []


async def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    async with serving() as served:
        async with served.client(context=served.context(Proxies(tmp_path / "other"))) as session:
            with pytest.raises(aiohttp.ClientError):
                await session.get(BASE)
        async with served.client() as session:
            assert (await _status(session, BASE))[0] == 200


async def test_a_certificate_with_another_name_is_refused(tmp_path: Path) -> None:
    proxies = Proxies(tmp_path / "proxy")
    assert proxies.found
    proxies.found = replace(proxies.found, allowed_names=("aggregator",))
    async with serving(proxies=proxies) as served, served.client() as session:
        assert (await _status(session, BASE))[0] == 401


@pytest.mark.parametrize("error", [None, ClusterError("RBAC forbids it.")])
async def test_without_a_known_authority_nobody_is_believed(tmp_path: Path, error: ClusterError | None) -> None:
    proxies = Proxies(tmp_path / "proxy")
    proxies.found, proxies.error = None, error
    async with serving(proxies=proxies) as served, served.client() as session:
        code, body = await _status(session, LOG)
        assert code == 401
        assert "extension-apiserver-authentication" in body["message"]


async def test_an_authority_that_cannot_be_used_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    proxies = Proxies(tmp_path / "proxy")
    assert proxies.found
    proxies.found = replace(proxies.found, authority="-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
    async with serving(proxies=proxies) as served, served.client() as session:
        assert (await _status(session, LOG))[0] == 401
        assert not served.task.done()
    assert "cannot be used" in caplog.text


async def test_requests_are_counted_by_their_answer() -> None:
    async with serving() as served, served.client() as session:
        await _status(session, BASE)
        await _status(session, LOG + "?container=x")
        async with session.get(LOG) as answer:
            await answer.read()

        async def counts() -> list[float | None]:
            name = "hyperv_operator_subresource_requests_total"
            return [served.metrics.registry.get_sample_value(name, {"code": code}) for code in ("200", "400", "401")]

        await wait_until_async(counts, lambda seen: seen == [2, 1, None], what="three requests that are counted")


async def test_a_new_authority_replaces_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in shorten_intervals().items():
        monkeypatch.setattr(server_module, name, seconds)
    async with serving() as served:
        new = Proxies(tmp_path / "new")

        async def code(proxies: Proxies) -> int:
            try:
                async with served.client(context=served.context(proxies)) as session:
                    return (await _status(session, BASE))[0]
            except aiohttp.ClientError:
                return 0

        assert (await code(served.proxies), await code(new)) == (200, 0)
        old = Proxies(tmp_path / "unused")
        old.credentials = served.proxies.credentials
        served.proxies.error = ClusterError("No answer.")
        await asyncio.sleep(0.2)
        assert await code(old) == 200, "a failed read changes nothing"
        served.proxies.error, served.proxies.found = None, new.found
        await wait_until_async(lambda: code(new), lambda seen: seen == 200, what="the new authority")
        assert await code(old) == 0


async def test_whether_it_lives_needs_no_certificate() -> None:
    async with serving() as served:
        bare = ssl.create_default_context(cadata=served.authority)
        async with served.client(context=bare) as session, session.get("/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_discovery_names_what_there_is() -> None:
    async with serving() as served, served.client() as session:
        _, resources = await _status(session, BASE)
        assert [(one["name"], one["namespaced"], one["verbs"]) for one in resources["resources"]] == [
            ("hypervmachines/log", True, ["get"]),
            ("hypervhosts/log", False, ["get"]),
            ("executors", False, ["get"]),
        ]
        _, groups = await _status(session, "/apis")
        assert groups["groups"][0]["preferredVersion"]["groupVersion"] == "subresources.hyperv-operator.io/v1alpha1"
        assert served.cluster.asked == []


async def test_the_api_server_is_asked_before_anything_is_looked_up() -> None:
    async with serving() as served, served.client() as session:
        served.cluster.allowed = False
        for name in ("web", "unknown"):
            code, body = await _status(session, LOG.replace("web", name))
            assert (code, body["reason"]) == (403, "Forbidden")
        assert served.cluster.looked_up == 0
        served.cluster.allowed = ClusterError("No answer.")
        code, body = await _status(session, LOG)
        assert (code, body["details"]) == (503, {"retryAfterSeconds": 5})
        assert served.cluster.looked_up == 0


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (LOG, ("hypervmachines/log", "team", "web", "jane")),
        (HOST_LOG, ("hypervhosts/log", "", "h1", "jane")),
        (f"{BASE}/executors/current", ("executors", "", "current", "jane")),
    ],
)
async def test_each_path_has_a_right_of_its_own(path: str, asked: tuple[str, ...]) -> None:
    async with serving() as served, served.client() as session:
        async with session.get(path) as answer:
            assert answer.status == 200
        assert served.cluster.asked == [asked]


async def test_errors_are_statuses() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        other = "bbbbbbbb-8f0b-4a3e-9b86-0d6f6a7a1c11"
        for path, code, words in (
            (LOG + "?container=x", 400, "unknown parameter 'container'"),
            (HOST_LOG + "?uid=x", 400, "unknown parameter 'uid'"),
            (LOG.replace("web", "gone"), 404, 'hypervmachines "gone" not found'),
            (HOST_LOG.replace("h1", "h2"), 404, 'hypervhosts "h2" not found'),
            (LOG + "?previous=true", 404, "a run before the current one"),
            (LOG + f"?uid={other}", 409, f"its UID is {UID}, not {other}"),
            (BASE + "/nothing", 404, "Not Found"),
        ):
            found, body = await _status(session, path)
            assert (found, body["status"], body["code"]) == (code, "Failure", code), path
            assert words in body["message"]
        async with session.post(LOG) as answer:
            assert (answer.status, (await answer.json())["reason"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize(
    ("accept", "kind", "text"),
    [
        ("application/jsonl", "application/jsonl", False),
        ("application/x-ndjson, text/plain;q=0.5", "application/x-ndjson", False),
        ("application/json, */*", "text/plain", True),
        ("text/plain", "text/plain", True),
    ],
)
async def test_the_client_chooses_the_form(accept: str, kind: str, text: bool) -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "hello")
        async with session.get(LOG, headers={"Accept": accept}) as answer:
            assert answer.content_type == kind
            body = await answer.text()
        assert body.endswith("Z hello\n") if text else json.loads(body)["text"] == "hello"


async def test_a_follower_gets_lines_as_they_are_written_over_all_runs_of_the_machine() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        async with session.get(LOG, params={"follow": "true"}) as answer:
            assert _said(await _entries(answer, 1)) == ["a"]
            end(served.logs, message="end")
            say(served.logs, "b", source=run(2))
            assert _said(await _entries(answer, 2)) == ["end", "b"]
            served.logs.machine_gone(UID)
            assert await asyncio.wait_for(answer.read(), 10) == b""


async def test_a_followed_run_ends_with_a_notice() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        say(served.logs, "b", source=run(2))
        async with session.get(LOG, params={"follow": "true", "previous": "true"}) as answer:
            assert _said(await _entries(answer, 2)) == ["a", "RunEnded"]
            assert await answer.read() == b""
        async with session.get(LOG, params={"previous": "true"}) as answer:
            assert (await answer.text()).count("\n") == 1


async def test_a_hosts_log_names_machines() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        async with session.get(HOST_LOG) as answer:
            (entry,) = await _entries(answer, 1)
        assert (entry["machine"], entry["uid"]) == ("team/web", UID)


async def test_the_log_of_a_machine_that_is_gone_can_be_read_until_another_one_has_its_name() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        served.logs.machine_gone(UID)
        del served.cluster.machines["team", "web"]
        async with session.get(LOG, params={"follow": "true"}) as answer:
            assert _said(await _entries(answer, 1)) == ["a"]
        served.cluster.machines["team", "web"] = "new"
        async with session.get(LOG) as answer:
            assert await answer.text() == ""
        async with session.get(LOG, params={"uid": UID}) as answer:
            assert _said(await _entries(answer, 1)) == ["a"]


async def test_a_silent_log_of_json_lines_has_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    async with serving() as served, served.client() as session:
        async with session.get(LOG, params={"follow": "true"}) as answer:
            assert await asyncio.wait_for(answer.content.readexactly(2), 10) == b"\n\n"
        async with session.get(LOG, params={"follow": "true"}, headers={"Accept": "text/plain"}) as answer:
            await asyncio.sleep(0.3)
            say(served.logs, "x")
            assert (await answer.content.readline()).endswith(b" x\n")


async def test_a_websocket_gets_a_message_for_each_entry() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a", "b")
        async with session.ws_connect(LOG + "?follow=true") as messages:
            assert [(await messages.receive_json(timeout=10))["text"] for _ in range(2)] == ["a", "b"]
            say(served.logs, "c")
            assert (await messages.receive_json(timeout=10))["text"] == "c"
            await _following(served, 1)
        await _following(served, 0)
        async with session.ws_connect(LOG) as messages:
            kinds = [(await messages.receive(timeout=10)).type for _ in range(4)]
            assert kinds == [aiohttp.WSMsgType.TEXT] * 3 + [aiohttp.WSMsgType.CLOSE]


async def test_a_follower_that_leaves_makes_room_for_another() -> None:
    async with serving(per_user=1) as served, served.client() as session:
        answer = await session.get(LOG, params={"follow": "true"})
        async with session.get(LOG, params={"follow": "true"}) as second:
            assert (second.status, second.headers["Retry-After"]) == (429, "30")
        async with served.client("joe") as other, other.get(LOG, params={"follow": "true"}) as third:
            assert third.status == 200
        answer.close()
        await _following(served, 0)


async def test_a_stopping_server_says_so_and_ends() -> None:
    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        async with (
            session.get(LOG, params={"follow": "true"}) as answer,
            session.ws_connect(LOG + "?follow=true") as messages,
        ):
            (first,) = await _entries(answer, 1)
            await messages.receive_json(timeout=10)
            stopped = asyncio.create_task(served.stop())
            (notice,) = await _entries(answer, 1)
            assert (notice["reason"], notice["id"]) == ("Stopping", first["id"])
            assert await answer.read() == b""
            assert (await messages.receive_json(timeout=10))["reason"] == "Stopping"
            assert (await messages.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
            await asyncio.wait_for(stopped, 10)


async def test_an_unexpected_failure_is_a_status_before_the_answer_and_a_broken_connection_in_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("a bug")

    async with serving() as served, served.client() as session:
        say(served.logs, "a")
        monkeypatch.setattr(streaming, "encoded", fail)
        with pytest.raises(aiohttp.ClientError):
            async with session.get(LOG) as answer:
                await answer.read()
        monkeypatch.setattr(served.cluster, "machine_uid", fail)
        code, body = await _status(session, LOG)
        assert (code, body["reason"]) == (500, "InternalError")
        assert "a bug" not in body["message"]
    assert caplog.text.count("RuntimeError: a bug") == 2


def _request(served: Served, upgrade: bool) -> bytes:
    socket_headers = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    headers = f"Host: x\r\nX-Remote-User: slow\r\nAccept: application/jsonl\r\n{socket_headers if upgrade else ''}"
    return f"GET {LOG}?follow=true HTTP/1.1\r\n{headers}\r\n".encode()


@pytest.mark.parametrize("upgrade", [False, True])
async def test_a_reader_that_does_not_read_is_dropped_and_holds_up_nobody(upgrade: bool) -> None:
    async with serving(write_seconds=0.5) as served, served.client() as session:
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plain, ("127.0.0.1", served.port))
        reader, writer = await asyncio.open_connection(
            sock=plain, ssl=served.context(), server_hostname="127.0.0.1", limit=1_024
        )
        writer.write(_request(served, upgrade))
        await _following(served, 1)
        async with session.get(LOG, params={"follow": "true"}) as answer:
            sent = 0

            async def dropped() -> float:
                nonlocal sent
                say(served.logs, *(f"{sent + number} {'x' * 4_000}" for number in range(20)))
                sent += 20
                fast = await _entries(answer, 20)
                assert [int(one["text"].split()[0]) for one in fast] == list(range(sent - 20, sent))
                return served.gauge("log_readers_dropped_total")

            await wait_until_async(dropped, what="a reader that is dropped", every=0)
            await _following(served, 1)
        received = b""
        while piece := await asyncio.wait_for(reader.read(65_536), 10):
            received = received[-2_000:] + piece
        assert b'"reason":"SlowReader"' in received
        writer.transport.abort()


async def test_half_of_a_head_is_closed_in_time_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperv_operator.livelogs.server._LIMITS", Limits(connections=10, head_seconds=0.3))
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, ssl=served.context())
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                assert await reader.read() == b""
        writer.close()
        # Besides, `serving` has looked whether the port is open, without a handshake.
        for reason in ("slow", "tls"):
            labels = {"server": "subresources", "reason": reason}
            assert served.metrics.registry.get_sample_value("hyperv_operator_requests_refused_total", labels) == 1
