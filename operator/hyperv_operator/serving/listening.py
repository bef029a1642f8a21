"""Listening for HTTPS requests."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from hyperv_operator.serving.certificate import Certificate


@contextlib.asynccontextmanager
async def listening(
    app: web.Application, address: str, port: int, certificate: Certificate, **options: Any
) -> AsyncIterator[None]:
    """Serve an application during the block; `options` are those of aiohttp's `AppRunner`."""
    runner = web.AppRunner(app, access_log=None, **options)
    await runner.setup()
    try:
        # Operators that overlap for a moment share the port.
        await web.TCPSite(runner, address, port, ssl_context=certificate.context, reuse_port=True).start()
        yield
    finally:
        await runner.cleanup()
