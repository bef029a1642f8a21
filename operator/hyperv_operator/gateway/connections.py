"""The HTTP protocol of the server, with a time limit for the head of a request.

The server has none: connections that send half a head, or nothing, would fill it up.
"""

from __future__ import annotations

import asyncio

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol


class TimedHeads(H11Protocol):
    """Closes a connection whose next head has not arrived in time. Between requests, the server's own limit applies."""

    head_seconds: float
    """Longest wait for a whole head."""
    _timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_busy():
            self._stop()
        elif self._timer is None:
            self._start()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _is_busy(self) -> bool:
        """Return whether a request is being answered, or the connection has become a websocket."""
        if self.transport.get_protocol() is not self:
            return True
        return self.cycle is not None and not self.cycle.response_complete

    def _start(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def timed_heads(seconds: float) -> type[TimedHeads]:
    """Return the protocol with a limit."""

    class Limited(TimedHeads):
        head_seconds = seconds

    return Limited
