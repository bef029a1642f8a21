"""Listening for HTTP requests, with limits for the connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from hyperv_operator.serving.connections import Connections, Limits, Refused, connection_of

_BACKLOG: Final = 128
_LINGER_SECONDS: Final = 1.0
"""How long the rest of a body is awaited that was not read, so that its sender gets the answer before the connection is closed."""


@contextlib.asynccontextmanager
async def listening(
    app: web.Application,
    address: tuple[str, int],
    context: ssl.SSLContext | None,
    limits: Limits,
    refused: Refused,
    **options: Any,
) -> AsyncIterator[int]:
    """Serve an application during the block; yields the port, which is a free one for port 0.

    Without a TLS context it speaks HTTP. `options` are those of aiohttp's `AppRunner`.
    """
    app.middlewares.insert(0, _noted)
    runner = web.AppRunner(app, access_log=None, lingering_time=_LINGER_SECONDS, **options)
    await runner.setup()
    connections = Connections(cast("web.Server", runner.server), context, limits, refused)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    # Operators that overlap for a moment share a port that is given.
    with socket.create_server(address, family=family, backlog=_BACKLOG, reuse_port=address[1] != 0) as listener:
        listener.setblocking(False)
        accepting = asyncio.create_task(connections.accept(listener))
        try:
            yield int(listener.getsockname()[1])
        finally:
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
            await runner.cleanup()
            connections.close()


@web.middleware
async def _noted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a connection know when it is being answered."""
    connection = connection_of(request)
    if connection is None:  # it is closed already
        return await handler(request)
    connection.begin(has_body=request.body_exists)
    try:
        return await handler(request)
    finally:
        connection.end()
