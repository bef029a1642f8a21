"""The messages that wait for one stream."""

from __future__ import annotations

import asyncio

from hyperv_operator.gateway import messages
from hyperv_operator.gateway.messages import End, Message


class Subscription:
    """The messages for one stream. A stream that does not keep up is ended: nobody waits for it."""

    def __init__(self, limit: int, uid: str | None) -> None:
        self.uid = uid
        self._queue: asyncio.Queue[Message | End] = asyncio.Queue()
        self._limit = limit
        self._ended = False
        self._room = asyncio.Event()
        self._room.set()

    def offer(self, message: Message | End) -> None:
        """Add a message; if too many are waiting, drop them all and end the stream."""
        if self._ended:
            return
        if isinstance(message, Message) and self._queue.qsize() >= self._limit:
            while not self._queue.empty():
                self._queue.get_nowait()
            text = f"The client has not taken {self._limit} messages, so the stream is ended. Connect again with the last id."
            message = End(messages.SLOW, "SlowReader", text)
        self._ended = isinstance(message, End)
        self._queue.put_nowait(message)
        if self._queue.qsize() * 2 >= self._limit:
            self._room.clear()

    async def next(self) -> Message | End:
        """Wait for the next message."""
        item = await self._queue.get()
        if self._queue.qsize() * 2 < self._limit:
            self._room.set()
        return item

    async def room(self) -> None:
        """Wait until half of the queue is free: what can wait, such as a log, waits for that."""
        await self._room.wait()
