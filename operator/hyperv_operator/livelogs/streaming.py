"""Sending entries to one client: as chunks of lines, or as websocket messages. A client that does not read is dropped."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from aiohttp import ClientConnectionResetError, WSMsgType, web
from typing_extensions import override

from hyperv_operator.livelogs.entries import Entry, Format, Notice, encoded
from hyperv_operator.livelogs.store import LogStore
from hyperv_operator.livelogs.views import View

HEARTBEAT_SECONDS: Final = 15.0
"""Interval of the heartbeats of a silent log."""
_BATCH_SECONDS: Final = 0.1
"""Pause between two writes to one client, so that a burst of lines is one write."""
_CHUNK: Final = 32_768
"""Bytes of one write."""
_ABORT_SECONDS: Final = 5.0
"""How long a dropped client may take to read what was written before."""


class SlowReader(Exception):
    """The client has not read for too long."""


class Sink(ABC):
    """One client."""

    def __init__(self, request: web.Request, patience: float) -> None:
        self._request = request
        self._patience = patience
        """Seconds that one write may take."""

    async def send(self, entries: Sequence[Entry]) -> None:
        """Send entries; `SlowReader` if the client does not read them in time."""
        try:
            async with asyncio.timeout(self._patience) as limit:
                for part in self._parts(entries):
                    await self._write(part)
                    limit.reschedule(asyncio.get_running_loop().time() + self._patience)
        except TimeoutError:
            raise SlowReader from None

    async def drop(self, notice: Entry) -> None:
        """Say why the client is dropped, without waiting for it, and close the connection."""
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return
        with contextlib.suppress(TimeoutError, ConnectionError, ClientConnectionResetError):
            async with asyncio.timeout(0):
                await self._write(b"".join(self._parts([notice])))
        transport.close()
        asyncio.get_running_loop().call_later(_ABORT_SECONDS, transport.abort)

    @abstractmethod
    def _parts(self, entries: Sequence[Entry]) -> list[bytes]:
        """Return what is written at a time."""

    @abstractmethod
    async def _write(self, data: bytes) -> None:
        """Write, and wait while the client's buffer is full."""

    async def heartbeat(self) -> None:
        """Show the client, and proxies on the way, that the log is silent and not dead."""
        return


class LineSink(Sink):
    """Chunked HTTP: a line for each entry."""

    def __init__(
        self, request: web.Request, response: web.StreamResponse, form: Format, patience: float, *, with_machine: bool
    ) -> None:
        super().__init__(request, patience)
        self._response = response
        self._form = form
        self._with_machine = with_machine

    @override
    def _parts(self, entries: Sequence[Entry]) -> list[bytes]:
        parts: list[bytes] = []
        pending = bytearray()
        for entry in entries:
            pending += encoded(entry, self._form, with_machine=self._with_machine)
            if len(pending) >= _CHUNK:
                parts.append(bytes(pending))
                pending.clear()
        return [*parts, bytes(pending)] if pending else parts

    @override
    async def _write(self, data: bytes) -> None:
        await self._response.write(data)

    @override
    async def heartbeat(self) -> None:
        """Send an empty line between JSON lines; text has nothing that a reader would not see."""
        if self._form is Format.JSON:
            try:
                async with asyncio.timeout(self._patience):
                    await self._response.write(b"\n")
            except TimeoutError:
                raise SlowReader from None


class SocketSink(Sink):
    """A websocket: a text message for each entry. Its heartbeats are pings, which aiohttp sends."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, patience: float, *, with_machine: bool
    ) -> None:
        super().__init__(request, patience)
        self._socket = socket
        self._with_machine = with_machine

    @override
    def _parts(self, entries: Sequence[Entry]) -> list[bytes]:
        return [encoded(one, Format.JSON, with_machine=self._with_machine).rstrip() for one in entries]

    @override
    async def _write(self, data: bytes) -> None:
        await self._socket.send_frame(data, WSMsgType.TEXT)


async def stream(store: LogStore, view: View, sink: Sink, stopping: asyncio.Event, *, follow: bool) -> None:
    """Send what the view has; with `follow`, go on until it ends or the server stops."""
    with store.watching(view.key) as changed:
        while True:
            changed.clear()
            over = not follow or view.ended()
            if batch := view.read():
                await sink.send(batch)
                if follow:
                    await asyncio.sleep(_BATCH_SECONDS)
                continue
            if over:
                if follow and view.last_words:
                    await sink.send([store.notice(Notice.RUN_ENDED, view.last_words, view.cursor)])
                return
            if stopping.is_set():
                text = "The operator stops. Ask again with the last id as `after` to go on."
                await sink.send([store.notice(Notice.STOPPING, text, view.cursor)])
                return
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await changed.wait()
            except TimeoutError:
                await sink.heartbeat()
