"""The network between an operator and a simulated host: a relay that can be cut, so that packets are dropped silently.

A host that goes down refuses connections, which an operator notices at once. When its network is cut, open connections hang and
new ones time out.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")
_LOOPBACK = "127.0.0.1"
_CHUNK = 65_536


class Wire:
    """Relays connections from its own port to another local port; a context manager."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._server: asyncio.Server | None = None
        self._intact = asyncio.Event()
        self._ends: set[asyncio.StreamWriter] = set()
        self._full_backlog: list[socket.socket] = []
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """Drop everything silently from now on."""
        self._wait(self._cut())

    def refuse(self) -> None:
        """Refuse new connections and break open ones from now on."""
        self._wait(self._refuse())

    def restore(self) -> None:
        """Accept new connections again; those from before are lost."""
        self._wait(self._restore())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._intact.set()
        self._server = await asyncio.start_server(self._connect, _LOOPBACK, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _cut(self) -> None:
        self._intact.clear()
        assert self._server is not None
        self._server.close()
        self._full_backlog = _fill(self.port)

    async def _refuse(self) -> None:
        assert self._server is not None
        self._server.close()
        self._break()

    async def _restore(self) -> None:
        for one in self._full_backlog:
            one.close()
        self._break()
        await self._listen()

    def _break(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for one in self._full_backlog:
            one.close()
        self._intact.set()
        self._break()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if others:
            await asyncio.wait(others, timeout=5)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(_LOOPBACK, self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        ways = [asyncio.create_task(way) for way in (self._relay(reader, far_writer), self._relay(far_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._intact.wait()
                writer.write(data)
                await writer.drain()
            await self._intact.wait()


def _fill(port: int) -> list[socket.socket]:
    """Listen with a full backlog, so that the kernel drops further connection attempts like a dead network."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_LOOPBACK, port))
    listening.listen(0)
    waiting = [listening]
    while True:
        caller = socket.socket()
        caller.settimeout(0.5)
        waiting.append(caller)
        try:
            caller.connect((_LOOPBACK, port))
        except TimeoutError:
            return waiting
