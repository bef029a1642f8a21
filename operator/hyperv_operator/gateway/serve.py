"""`hyperv-operator gateway`: serve until the process is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Iterator

import uvicorn
from prometheus_client import start_http_server
from typing_extensions import override

from hyperv_operator.errors import OperatorError
from hyperv_operator.gateway import app
from hyperv_operator.gateway.connections import timed_heads
from hyperv_operator.gateway.context import Gateway
from hyperv_operator.gateway.settings import load_settings
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.telemetry import logs

log = logging.getLogger(__name__)

_GRACE_SECONDS = 10
_SOCKET_BYTES = 4_096
"""Largest message of a client: a stream goes one way."""


_SILENT = ("uvicorn", "uvicorn.error", "websockets", "sse_starlette")
"""Libraries that log requests with their query, and handshakes with their token."""


class _Server(uvicorn.Server):
    """A server that says where it listens, and whose signals are handled by `_stop_on_signals`."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("The gateway listens on port %d", self.servers[0].sockets[0].getsockname()[1])

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run() -> int:
    """Serve, and return the exit code."""
    try:
        asyncio.run(_run())
    except OperatorError as error:
        sys.stderr.write(f"hyperv-operator gateway cannot start: {error.message}\n")
        return 1
    return 0


async def _run() -> None:
    settings = load_settings()
    async with app.running(settings) as gateway:
        logs.set_up(settings.log_level, gateway.redactor)
        for name in _SILENT:
            logging.getLogger(name).setLevel(logging.WARNING)
        metrics, _ = start_http_server(settings.metrics_port, settings.metrics_address, gateway.metrics.registry)
        certificate = await _certificate(gateway)
        server = _Server(_config(gateway, certificate.context if certificate else None))
        renewal = asyncio.create_task(certificate.reload_periodically()) if certificate else None
        _stop_on_signals(server, gateway)
        log.info("Metrics are served on port %d", metrics.server_port)
        try:
            await server.serve()
        finally:
            metrics.shutdown()
            if renewal:
                renewal.cancel()


async def _certificate(gateway: Gateway) -> Certificate | None:
    """Return the certificate once there is one; None if the gateway serves without TLS, on loopback."""
    settings = gateway.settings
    if settings.tls_cert_dir is None:
        return None
    certificate = Certificate(settings.tls_cert_dir, settings.tls_reload_seconds, "gateway")
    await certificate.wait()
    return certificate


def _stop_on_signals(server: uvicorn.Server, gateway: Gateway) -> None:
    ending: list[asyncio.Task[None]] = []

    def stop() -> None:
        server.should_exit = True
        ending.append(asyncio.create_task(gateway.feeds.close()))  # otherwise the server waits for the streams

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _config(gateway: Gateway, context: ssl.SSLContext | None) -> uvicorn.Config:
    settings = gateway.settings
    return uvicorn.Config(
        app.application(gateway),
        host=settings.listen_address,
        port=settings.port,
        http=timed_heads(settings.read_timeout_seconds),
        ws="websockets-sansio",
        ws_max_size=_SOCKET_BYTES,
        ws_ping_interval=None,  # the streams have a heartbeat of their own
        ws_per_message_deflate=False,  # it takes memory for each connection
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=settings.max_connections,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=settings.max_header_bytes,
        ssl_context_factory=(lambda *_: context) if context else None,
    )
