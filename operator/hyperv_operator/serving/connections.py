"""The connections of a server: how long each may take, and how many there may be.

aiohttp waits without end for a request to arrive. Here a connection that sends nothing, or a part of a head, is closed after a few
seconds, the TLS handshake included. If all places are taken, whoever has waited longest makes room, so that slow clients never
keep others out.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from aiohttp import web
from typing_extensions import override

log = logging.getLogger(__name__)

_PAUSE: Final = 1.0
"""Seconds after a failure to accept a connection, such as that the process has no file descriptor left."""

Refused = Callable[[str], None]
"""Counts a connection or a request that was refused, by its reason."""


@dataclass(frozen=True)
class Limits:
    """Limits of the connections of one server."""

    connections: int
    """Number of connections at the same time."""
    head_seconds: float = 5.0
    """Longest time until the head of a request is complete, from the connection or from its first byte."""
    idle_seconds: float = 60.0
    """Longest time between two requests of one connection."""


class Owner(Protocol):
    """What a connection reports to."""

    def expired(self, connection: Connection) -> None:
        """Take a connection that has waited too long."""
        ...

    def waits(self, connection: Connection) -> None:
        """Take a connection that begins to wait for its next request."""
        ...

    def lost(self, connection: Connection) -> None:
        """Take a connection that is closed."""
        ...


class Connection(asyncio.Protocol):
    """One connection. It passes everything to aiohttp's protocol, and reports when it takes too long."""

    def __init__(self, inner: asyncio.Protocol, limits: Limits, owner: Owner) -> None:
        self._inner = inner
        self._limits = limits
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None
        """Establishes the connection."""
        self.is_answering = False
        """A request is complete and not answered yet."""
        self.is_idle = False
        """A request was answered, and nothing has come since."""
        self.has_asked = False
        """It has sent at least one whole request."""
        self._wait(limits.head_seconds)

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._owner.expired, self)

    def begin(self, *, has_body: bool) -> None:
        """Note that the head of a request is complete. From now on its handler limits the time."""
        self._timer.cancel()
        self.is_idle = False
        if not has_body:
            self.complete()

    def complete(self) -> None:
        """Note that a request is complete: now it is the server's turn."""
        self.is_answering = self.has_asked = True

    def end(self) -> None:
        """Note that the request is answered."""
        self.is_answering, self.is_idle = False, True
        self._timer.cancel()
        if self._transport is not None:
            self._wait(self._limits.idle_seconds)
            self._owner.waits(self)

    def abort(self) -> None:
        """Close the connection at once."""
        self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        elif self.task is not None:
            self.task.cancel()

    def failed(self) -> None:
        """Note that the connection could not be established."""
        self._timer.cancel()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._inner.connection_made(transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._transport = None
        self._owner.lost(self)
        self._inner.connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self.is_idle:  # the first bytes of the next request
            self._timer.cancel()
            self.is_idle = False
            self._wait(self._limits.head_seconds)
        self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    @override
    def pause_writing(self) -> None:
        self._inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._inner.resume_writing()


def connection_of(request: web.BaseRequest) -> Connection | None:
    """Return the connection of a request; None if it is closed."""
    found = request.transport.get_protocol() if request.transport else None
    return found if isinstance(found, Connection) else None


class Connections:
    """Accepts connections and holds those that are open, in the order in which they began to wait."""

    def __init__(
        self, server: Callable[[], asyncio.Protocol], context: ssl.SSLContext | None, limits: Limits, refused: Refused
    ) -> None:
        self._server = server
        self._limits = limits
        self._refused = refused
        self._open: dict[Connection, None] = {}
        self._tls: dict[str, Any] = {}
        if context is not None:
            self._tls = {"ssl": context, "ssl_handshake_timeout": limits.head_seconds}

    async def accept(self, listener: socket.socket) -> None:
        """Accept connections until cancelled; the socket does not block."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(listener)
            except OSError as error:
                log.warning("A connection could not be accepted: %s", error)
                await asyncio.sleep(_PAUSE)
                continue
            if len(self._open) >= self._limits.connections and not self._make_room():
                accepted.close()
                continue
            connection = Connection(self._server(), self._limits, self)
            self._open[connection] = None
            connection.task = asyncio.create_task(self._establish(accepted, connection))

    async def _establish(self, accepted: socket.socket, connection: Connection) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, accepted, **self._tls)
        except OSError:  # of TLS too: no handshake, or a client without a certificate where one is asked for
            connection.failed()
            self._refused("tls")
            self._open.pop(connection, None)

    def _make_room(self) -> bool:
        """Close the connection that has waited longest, first of those that have never asked; return whether there is one."""
        self._refused("connections")
        waiting = [one for one in self._open if not one.is_answering]
        longest = next((one for one in waiting if not one.has_asked), next(iter(waiting), None))
        if longest is not None:
            self._close(longest)
        return longest is not None

    def _close(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        connection.abort()

    def expired(self, connection: Connection) -> None:
        """Close a connection that has waited too long; one that has sent nothing since its last request is no trouble."""
        if not connection.is_idle:
            self._refused("slow")
        self._close(connection)

    def waits(self, connection: Connection) -> None:
        """Put a connection that waits for its next request behind those that have waited longer."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def lost(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._open.pop(connection, None)

    def close(self) -> None:
        """Close all connections."""
        for connection in list(self._open):
            self._close(connection)
