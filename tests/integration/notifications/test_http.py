"""Deliveries over HTTP to receivers that are slow, dead, failing, or not who they should be."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from controlplane.waiting import wait_until_async
from hostsim.tls import Authority
from hyperv_operator.notifications import notifier as module
from hyperv_operator.notifications import sender
from hyperv_operator.notifications.delivery import Pace
from hyperv_operator.notifications.notifier import Notifier
from hyperv_operator.notifications.sender import http_sender
from hyperv_operator.ports import SecretData
from receivers.server import Reply, receiving
from unit.notifications.fakes import SECRET, World
from unit.notifications.samples import KEY, subject

CANARY = "Canary-Token-Pw1"


@pytest.fixture(autouse=True)
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what a test would wait for."""
    monkeypatch.setattr(module, "_TICK", 0.02)


class Rig:
    """A notifier that sends over HTTP."""

    def __init__(self) -> None:
        self.world = World()
        self.notifier = Notifier(
            self.world.adapters(),
            SECRET,
            0.02,
            pace=Pace(base=0.01, limit=0.05, refused_limit=0.3),
            draw=lambda: 1.0,
            connect=http_sender,
        )

    def set_targets(self, version: str = "1", authority: str = "", **urls: str) -> None:
        """Name the targets; an authority is trusted by all of them."""
        trust = {"caBundle": "ca.pem"} if authority else {}
        items = [{"name": name, "url": url, "headers": {"X-Token": "token"}, **trust} for name, url in urls.items()]
        self.world.set_targets(*items, version=version)
        assert isinstance(self.world.secret, SecretData)
        data = {**self.world.secret.data, "token": CANARY.encode(), "ca.pem": authority.encode()}
        self.world.secret = SecretData(version, data)

    def change(self, count: int = 1, uid: str = "u1") -> None:
        one = subject(range(1, count + 1), uid)
        self.world.subjects[uid] = one
        self.notifier.changed(one.ref)

    async def started(self, *names: str) -> None:
        await self.wait(lambda: set(names) <= set(self.notifier._running), "the deliveries")

    async def wait(self, condition: Callable[[], object], what: str) -> None:
        async def read() -> object:
            return condition()

        await wait_until_async(read, what=what, within=20, every=0.01)


@asynccontextmanager
async def _sending(authority: str = "", **urls: str) -> AsyncIterator[Rig]:
    rig = Rig()
    rig.set_targets(authority=authority, **urls)
    task = asyncio.create_task(rig.notifier.run())
    try:
        await rig.started(*urls)
        yield rig
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_event_arrives_signed_and_is_read_by_the_sdk() -> None:
    with receiving() as receiver:
        async with _sending(a=receiver.url) as rig:
            rig.change(2)
            await rig.wait(lambda: len(receiver.requests) == 2, "both events")
        one, two = receiver.requests
        assert (one.id, two.id) == ("u1/1", "u1/2")
        assert one.path == "/hook?code=1"
        assert one.headers["content-type"].startswith("application/cloudevents+json")
        assert one.headers["x-token"] == CANARY
        assert one.headers["user-agent"] == "hyperv-operator"
        assert one.is_signed_with(KEY)
        assert not one.is_signed_with(b"o" * 32)
        attributes, data = one.event()
        assert (attributes["id"], data["sequence"], data["reason"]) == ("u1/1", 1, "Queued")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(503, {"Retry-After": "0"}),
        Reply(429),
        Reply(302, {"Location": "/elsewhere"}),
        Reply(307, {"Location": "/elsewhere"}),
    ],
    ids=lambda reply: str(reply.status),
)
async def test_what_is_not_accepted_is_sent_again_and_nowhere_else(reply: Reply) -> None:
    with receiving() as receiver:
        receiver.replies.extend([reply] * 3)
        async with _sending(a=receiver.url) as rig:
            rig.change(2)
            await rig.wait(lambda: len(receiver.accepted()) == 2, "both events")
        assert [one.id for one in receiver.requests] == ["u1/1"] * 4 + ["u1/2"]
        assert {one.path for one in receiver.requests} == {"/hook?code=1"}


async def test_retry_after_is_respected() -> None:
    with receiving() as receiver:
        receiver.replies.append(Reply(429, {"Retry-After": "1"}))
        async with _sending(a=receiver.url) as rig:
            begun = asyncio.get_running_loop().time()
            rig.change()
            await rig.wait(receiver.accepted, "the event")
            assert asyncio.get_running_loop().time() - begun >= 1


async def test_an_event_that_is_refused_for_ever_blocks_the_later_ones_for_a_time_only() -> None:
    with receiving() as receiver:
        receiver.replies.extend([Reply(400)] * 5)
        receiver.default = Reply(400)
        async with _sending(a=receiver.url) as rig:
            rig.change()
            await rig.wait(lambda: rig.world.count("a", "given_up") == 1, "the end of the attempts")
            receiver.default = Reply()
            receiver.replies.clear()
            rig.change(2)
            await rig.wait(receiver.accepted, "the next event")
        assert receiver.ids() == ["u1/2"]


async def test_a_dead_target_and_a_slow_one_delay_no_other() -> None:
    with receiving() as dead, receiving() as slow, receiving() as well:
        url = dead.url
        dead.close()
        slow.default = Reply(delay=60)
        async with _sending(dead=url, slow=slow.url, well=well.url) as rig:
            for number in range(20):
                rig.change(5, f"u{number}")
            await rig.wait(lambda: len(well.accepted()) == 100, "the healthy target")
            await rig.wait(lambda: rig.world.events, "the Event of the dead one")
            assert slow.accepted() == []
            assert "no connection" in rig.world.events[0][2]
            assert "code=1" not in rig.world.events[0][2]
            begun = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - begun < 3, "a shutdown waits for no receiver"


async def test_a_receiver_that_never_answers_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "_TIMEOUT", 0.2)
    with receiving() as receiver:
        receiver.replies.append(Reply(delay=5))
        async with _sending(a=receiver.url) as rig:
            rig.change()
            await rig.wait(lambda: rig.world.count("a", "delivered") == 1, "the event")
            assert rig.world.count("a", "failed") == 1


async def test_a_certificate_of_an_unknown_authority_gets_nothing() -> None:
    authority = Authority("Receivers")
    with receiving(authority.context()) as receiver:
        async with _sending(a=receiver.url) as rig:
            rig.change()
            await rig.wait(lambda: rig.world.events, "the Event")
            assert "its certificate is not trusted" in rig.world.events[0][2]
            assert receiver.requests == []
            rig.set_targets("2", authority.pem, a=receiver.url)
            await rig.wait(receiver.accepted, "the event")


async def test_only_the_named_authority_is_trusted() -> None:
    with receiving(Authority("Receivers").context()) as receiver:
        async with _sending(Authority("Another").pem, a=receiver.url) as rig:
            rig.change()
            await rig.wait(lambda: rig.world.count("a", "failed") >= 3, "failures")
            assert receiver.requests == []


async def test_a_receiver_that_speaks_no_http_is_a_failure() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp ready\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, _sending(a=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/") as rig:
        rig.change()
        await rig.wait(lambda: rig.world.events, "the Event")
        assert "no connection" in rig.world.events[0][2]


async def test_no_log_line_has_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), receiving() as receiver:
        receiver.default = Reply(500)
        async with _sending(a=receiver.url) as rig:
            rig.change()
            await rig.wait(lambda: rig.world.events, "the Event")
    shown = caplog.text + str(rig.world.events)
    assert "Target a fail" in shown
    for secret in (CANARY, "code=1", base64.b64encode(KEY).decode()):
        assert secret not in shown
