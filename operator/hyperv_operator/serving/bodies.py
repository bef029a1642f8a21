"""Reading the bodies of requests: how large each may be, how long it may take, and how much all may take together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from hyperv_operator.serving.connections import connection_of

_SMALL: Final = 65_536
"""Bytes up to which a body is read even if large ones have used up the memory."""


class BodyRefusedError(Exception):
    """A body that is not read to its end; the connection cannot go on."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason
        self.text = text


@dataclass
class Bodies:
    """Reads the bodies of one server."""

    max_bytes: int
    seconds: float
    memory: int
    """Bytes that all bodies may take while they are read."""
    _held: int = 0

    async def read(self, request: web.Request) -> bytes:
        """Return the body; `BodyRefusedError` if it is too large or too slow, or if others have used up the memory."""
        if (request.content_length or 0) > self.max_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self.seconds):
                async for chunk in request.content.iter_any():
                    size += len(chunk)
                    self._held += len(chunk)
                    if size > self.max_bytes:
                        raise self._too_large()
                    if size > _SMALL and self._held > self.memory:
                        raise BodyRefusedError(503, "memory", "Too many large requests at the same time. Try again.")
                    chunks.append(chunk)
        except TimeoutError:
            text = f"The body did not arrive within {self.seconds:g} s."
            raise BodyRefusedError(408, "slow", text) from None
        finally:
            self._held -= size
        if connection := connection_of(request):
            connection.complete()
        return b"".join(chunks)

    def _too_large(self) -> BodyRefusedError:
        return BodyRefusedError(413, "too-large", f"The body is larger than {self.max_bytes} bytes.")
