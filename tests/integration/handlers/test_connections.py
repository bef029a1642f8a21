"""Limits of a server's connections: slow ones go, and when all places are taken, whoever has waited longest makes room."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from controlplane.waiting import wait_until_async
from hyperv_operator.serving.bodies import Bodies
from hyperv_operator.serving.connections import Limits
from hyperv_operator.serving.listening import listening

_GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
_SLOW = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
_LIMITS = Limits(connections=4, head_seconds=0.3, idle_seconds=1.0)


@dataclass
class _Served:
    port: int
    refused: list[str]
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    clients: list[_Client] = field(default_factory=list)


@asynccontextmanager
async def _serving(limits: Limits = _LIMITS) -> AsyncIterator[_Served]:
    served = _Served(0, [])

    async def quick(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def slow(_: web.Request) -> web.Response:
        await served.go_on.wait()
        return web.Response(text="late")

    async def read(request: web.Request) -> web.Response:
        body = await Bodies(100, 5, 100).read(request)
        await served.go_on.wait()
        return web.Response(body=body)

    app = web.Application()
    app.router.add_post("/read", read)
    app.router.add_get("/", quick)
    app.router.add_get("/slow", slow)
    async with listening(app, ("127.0.0.1", 0), None, limits, served.refused.append, shutdown_timeout=0.1) as port:
        served.port = port
        yield served
    for client in served.clients:
        client.writer.close()
        with contextlib.suppress(ConnectionError):
            await client.writer.wait_closed()


class _Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, served: _Served, data: bytes = b"") -> _Client:
        client = cls(*await asyncio.open_connection("127.0.0.1", served.port))
        client.writer.write(data)
        served.clients.append(client)
        return client

    async def ask(self, request: bytes = _GET) -> bytes:
        """Send a request, and return the last bytes of the answer; empty if the connection is closed."""
        self.writer.write(request)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.timeout(10):
                return (await self.reader.readuntil(b"ok"))[-2:]
        return b""

    async def seconds_until_closed(self) -> float:
        started = asyncio.get_running_loop().time()
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(10):
                await self.reader.read()
        return asyncio.get_running_loop().time() - started


@pytest.mark.parametrize("sent", [b"", b"GET / HT", _GET[:-2]])
async def test_what_is_no_whole_head_is_closed_in_time(sent: bytes) -> None:
    async with _serving() as served:
        client = await _Client.connect(served, sent)
        assert 0.2 < await client.seconds_until_closed() < 0.9
        assert served.refused == ["slow"]


async def test_a_head_that_drips_is_closed_in_time() -> None:
    async with _serving() as served:
        client = await _Client.connect(served)

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                for number in range(100):
                    client.writer.write(_GET[number % 3 : number % 3 + 1])
                    await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await client.seconds_until_closed() < 0.9
        dripping.cancel()


async def test_a_second_head_has_the_time_of_a_first_and_a_pause_has_its_own() -> None:
    async with _serving() as served:
        paused, half = await _Client.connect(served), await _Client.connect(served)
        assert (await paused.ask(), await half.ask()) == (b"ok", b"ok")
        half.writer.write(b"GET / HT")
        assert 0.2 < await half.seconds_until_closed() < 0.9
        assert served.refused == ["slow"]
        assert 0.3 < await paused.seconds_until_closed() < 1.6
        assert served.refused == ["slow"], "a pause between requests is no trouble"


async def test_a_connection_goes_on_after_pauses_that_are_short_enough() -> None:
    async with _serving() as served:
        client = await _Client.connect(served)
        for _ in range(4):
            assert await client.ask() == b"ok"
            await asyncio.sleep(0.4)
        assert served.refused == []


async def test_an_answer_may_take_its_time() -> None:
    async with _serving() as served:
        client = await _Client.connect(served, _SLOW)
        await asyncio.sleep(1.3)
        served.go_on.set()
        assert b"late" in await client.reader.readuntil(b"late")
        assert await client.ask() == b"ok"


async def test_who_has_waited_longest_makes_room_and_who_is_answered_does_not() -> None:
    async with _serving(Limits(connections=4, head_seconds=5, idle_seconds=5)) as served:
        answered = await _Client.connect(served, _SLOW)
        kept = await _Client.connect(served)
        assert await kept.ask() == b"ok"
        first, second = await _Client.connect(served), await _Client.connect(served)
        await asyncio.sleep(0.1)
        later = await _Client.connect(served)
        assert await later.ask() == b"ok"
        assert await first.seconds_until_closed() < 1, "it never asked, and was there before the other one"
        assert served.refused == ["connections"]
        another = await _Client.connect(served)
        assert await another.ask() == b"ok"
        assert await second.seconds_until_closed() < 1
        last = await _Client.connect(served)
        assert await last.ask() == b"ok"
        assert await kept.seconds_until_closed() < 1, "of those that have asked it has waited longest"
        served.go_on.set()
        assert b"late" in await answered.reader.readuntil(b"late")


async def test_who_sends_a_body_makes_room_until_it_is_complete() -> None:
    async with _serving(Limits(connections=2, head_seconds=5, idle_seconds=5)) as served:
        half = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12"
        first, second = await _Client.connect(served, half), await _Client.connect(served, half)
        await asyncio.sleep(0.1)
        second.writer.write(b"34")
        await asyncio.sleep(0.1)
        assert await (await _Client.connect(served)).ask() == b"ok"
        assert await first.seconds_until_closed() < 1
        served.go_on.set()
        assert b"1234" in await second.reader.readuntil(b"1234")


async def test_the_rest_of_a_body_that_nobody_reads_is_not_awaited_for_long() -> None:
    async with _serving(Limits(connections=2, head_seconds=5, idle_seconds=5)) as served:
        client = await _Client.connect(
            served, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\n12"
        )
        assert b"ok" in await client.reader.readuntil(b"ok")
        assert await client.seconds_until_closed() < 2


async def test_if_all_are_answered_the_next_one_is_closed() -> None:
    async with _serving(Limits(connections=2, head_seconds=5, idle_seconds=5)) as served:
        held = [await _Client.connect(served, _SLOW) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert await (await _Client.connect(served)).seconds_until_closed() < 1
        assert served.refused == ["connections"]
        served.go_on.set()
        for one in held:
            assert b"late" in await one.reader.readuntil(b"late")
        assert await (await _Client.connect(served)).ask() == b"ok"


async def test_a_closed_connection_frees_its_place() -> None:
    async with _serving(Limits(connections=2, head_seconds=5, idle_seconds=5)) as served:
        for _ in range(10):
            client = await _Client.connect(served)
            assert await client.ask() == b"ok"
            client.writer.close()
            await client.writer.wait_closed()
        assert served.refused == []


async def test_the_server_survives_a_failure_to_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperv_operator.serving.connections._PAUSE", 0.05)
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, [OSError(24, "Too many open files")]

    async def failing(listener: socket.socket) -> tuple[socket.socket, object]:
        if failures:
            raise failures.pop()
        return await accept(listener)

    monkeypatch.setattr(loop, "sock_accept", failing)
    async with _serving() as served:

        async def asked() -> bytes:
            return await (await _Client.connect(served)).ask()

        await wait_until_async(asked, lambda seen: seen == b"ok", what="an answer")
        assert failures == []
