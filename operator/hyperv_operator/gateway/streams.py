"""Sending messages to a client: heartbeat, a time limit for each message, and the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from hyperv_operator.gateway import messages
from hyperv_operator.gateway.messages import End, Message, Position
from hyperv_operator.gateway.subscriptions import Subscription

Send = Callable[[str], Awaitable[None]]


@dataclass
class Cursor:
    """Where a stream of one job is: messages of its two sources move it, each its own part."""

    position: Position

    def at_version(self, version: str) -> str:
        """Note a resourceVersion and return the id of the message."""
        self.position = Position(int(version), self.position.entry)
        return self.position.id

    def at_entry(self, entry: str) -> str:
        """Note an entry of the log and return the id of the message."""
        self.position = Position(self.position.version, entry)
        return self.position.id


async def outgoing(subscription: Subscription, ping_seconds: float) -> AsyncIterator[Message | End]:
    """Yield the messages of a stream, and pings while there are none; the last one is the end."""
    while True:
        try:
            item = await asyncio.wait_for(subscription.next(), ping_seconds)
        except TimeoutError:
            item = messages.PING
        yield item
        if isinstance(item, End):
            return


async def pump(subscription: Subscription, send: Send, *, ping_seconds: float, send_seconds: float) -> End:
    """Send the messages of a stream until it ends; return the end. A client that takes a message too slowly is dropped."""
    async for item in outgoing(subscription, ping_seconds):
        message = item.message if isinstance(item, End) else item
        try:
            async with asyncio.timeout(send_seconds):
                await send(message.text)
        except TimeoutError:
            return End(messages.SLOW, "SlowReader", f"The client has not taken a message for {send_seconds:g} s.")
        if isinstance(item, End):
            return item
    raise AssertionError("a stream has no end")  # pragma: no cover - `outgoing` ends with an End
