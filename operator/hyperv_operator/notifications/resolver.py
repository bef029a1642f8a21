"""Name lookups in threads of their own: a name server that does not answer delays nothing else, nor the end of the process.

Those of asyncio run in the threads that all of the process shares, and which its end waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

_Found = list[tuple[Any, ...]]


class ThreadResolver(AbstractResolver):
    """Looks up each name in a daemon thread, of which the connection pool starts no more than it has connections."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name; `OSError` if it has none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def look_up() -> None:
            found: _Found | OSError
            try:
                found = list(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
            except OSError as error:
                found = error
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_settle, answer, found)

        threading.Thread(target=look_up, name=f"lookup of {host}", daemon=True).start()
        return [_result(host, one) for one in await answer]

    @override
    async def close(self) -> None:
        """Do nothing: a thread ends with its lookup."""


def _settle(answer: asyncio.Future[_Found], found: _Found | OSError) -> None:
    if answer.done():
        return
    if isinstance(found, OSError):
        answer.set_exception(found)
    else:
        answer.set_result(found)


def _result(name: str, found: tuple[Any, ...]) -> ResolveResult:
    family, _, protocol, _, address = found
    return ResolveResult(
        hostname=name,
        host=address[0],
        port=address[1],
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
