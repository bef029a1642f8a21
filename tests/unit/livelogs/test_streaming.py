"""How entries are sent: at once while it is calm, together in a burst, and not at all to those who do not read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from typing_extensions import override

from hyperv_operator.livelogs import streaming
from hyperv_operator.livelogs.entries import Entry, Format
from hyperv_operator.livelogs.query import LogQuery
from hyperv_operator.livelogs.streaming import LineSink, Sink, SlowReader, stream
from hyperv_operator.livelogs.views import view_of
from unit.livelogs.samples import UID, say, store, texts


class Recorded(Sink):
    """A client that reads everything at once."""

    def __init__(self) -> None:
        super().__init__(cast("web.Request", None), 1)
        self.sent: list[list[str]] = []
        self.beats = 0

    @override
    async def send(self, entries: Sequence[Entry]) -> None:
        self.sent.append(texts(entries))

    @override
    def _parts(self, entries: Sequence[Entry]) -> list[bytes]:
        return []

    @override
    async def _write(self, data: bytes) -> None:
        return

    @override
    async def heartbeat(self) -> None:
        self.beats += 1


async def _turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_log_that_is_not_followed_ends_with_what_there_is() -> None:
    logs, sink = store(), Recorded()
    say(logs, "a")
    await stream(logs, view_of(logs, UID, LogQuery()), sink, asyncio.Event(), follow=False)
    assert sink.sent == [["a"]]


async def test_a_burst_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_BATCH_SECONDS", 0.05)
    logs, sink = store(), Recorded()
    following = asyncio.create_task(stream(logs, view_of(logs, UID, LogQuery()), sink, asyncio.Event(), follow=True))
    await _turns()
    say(logs, "first")
    await _turns()
    assert sink.sent == [["first"]], "the first line does not wait"
    for text in ("a", "b", "c"):
        say(logs, text)
        await _turns()
    logs.machine_gone(UID)
    await following
    assert sink.sent == [["first"], ["a", "b", "c"]]


async def test_the_pause_between_writes_is_short() -> None:
    assert streaming._BATCH_SECONDS <= 0.1


async def test_a_server_that_stops_sends_what_there_is_before_it_says_so() -> None:
    logs, sink, stopping = store(), Recorded(), asyncio.Event()
    say(logs, "a")
    stopping.set()
    await stream(logs, view_of(logs, UID, LogQuery()), sink, stopping, follow=True)
    assert sink.sent == [["a"], ["Stopping"]]


async def test_a_silent_log_has_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    assert streaming.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
    logs, sink = store(), Recorded()
    following = asyncio.create_task(stream(logs, view_of(logs, UID, LogQuery()), sink, asyncio.Event(), follow=True))
    async with asyncio.timeout(5):
        while sink.beats < 2:
            await _turns(1)
    following.cancel()
    assert sink.sent == []
    await asyncio.gather(following, return_exceptions=True)
    assert logs._watched == {}


class Response:
    """A response whose client reads a number of writes, each after a pause, and no more."""

    def __init__(self, reads: int, pause: float = 0) -> None:
        self.writes: list[bytes] = []
        self._reads = reads
        self._pause = pause

    async def write(self, data: bytes) -> None:
        """Take a write."""
        self.writes.append(data)
        await asyncio.sleep(self._pause if len(self.writes) <= self._reads else 60)


def _sink(response: Response, patience: float, form: Format = Format.JSON, transport: Any = None) -> LineSink:
    request = cast("web.Request", SimpleNamespace(transport=transport))
    return LineSink(request, cast("web.StreamResponse", response), form, patience, with_machine=False)


def _entries(count: int) -> list[Entry]:
    logs = store()
    say(logs, *("x" * 4_000 for _ in range(count)))
    return view_of(logs, UID, LogQuery()).read()


async def test_entries_are_written_in_pieces_of_bounded_size() -> None:
    response = Response(reads=100)
    await _sink(response, 1).send(_entries(20))
    assert b"".join(response.writes).count(b"\n") == 20
    assert len(response.writes) > 1
    assert max(map(len, response.writes)) < 32_768 + 4_500


async def test_a_client_that_does_not_read_is_noticed_whatever_is_sent() -> None:
    for act in ("send", "heartbeat"):
        sink = _sink(Response(reads=0), 0.01)
        with pytest.raises(SlowReader):
            await (sink.send(_entries(1)) if act == "send" else sink.heartbeat())


async def test_a_client_that_reads_slowly_but_steadily_is_not_dropped() -> None:
    response = Response(reads=100, pause=0.04)
    await _sink(response, 0.1).send(_entries(40))
    assert len(response.writes) > 3


async def test_text_has_no_heartbeat() -> None:
    response = Response(reads=1)
    await _sink(response, 1, Format.TEXT).heartbeat()
    assert response.writes == []


async def test_a_dropped_client_is_told_why_without_waiting_for_it() -> None:
    calls: list[str] = []
    transport = SimpleNamespace(
        is_closing=lambda: bool(calls), close=lambda: calls.append("close"), abort=lambda: calls.append("abort")
    )
    response = Response(reads=0)
    sink = _sink(response, 60, transport=transport)
    async with asyncio.timeout(1):
        await sink.drop(_entries(1)[0])
        await sink.drop(_entries(1)[0])
    assert len(response.writes) == 1
    assert calls == ["close"]
