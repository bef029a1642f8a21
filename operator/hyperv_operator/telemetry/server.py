"""Two HTTP servers: one for metrics and diagnostics, one for the kubelet's probes."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler
from pydantic import JsonValue

from hyperv_operator.serving.connections import Limits
from hyperv_operator.serving.listening import listening

log = logging.getLogger(__name__)

_LIMITS: Final = Limits(connections=64)


def _uncounted(_: str) -> None:
    """Count nothing: whoever is refused here has not sent a request."""


Check = Callable[[], str | None]
"""Returns what is wrong, or None."""
Summary = Callable[[], Mapping[str, JsonValue]]
"""Returns the JSON of `/debug/<name>`. It holds no secrets and no names of machines: whoever may scrape metrics may read it."""


@dataclass(frozen=True)
class Probes:
    """The checks behind `/healthz` and `/readyz`, by name. An answer of any kind shows that the event loop runs."""

    live: Mapping[str, Check]
    ready: Mapping[str, Check]


def _probe(checks: Mapping[str, Check]) -> Callable[[web.Request], object]:
    async def answer(_: web.Request) -> web.Response:
        problems = [f"{name}: {problem}" for name, check in checks.items() if (problem := check())]
        if problems:
            return web.Response(status=503, text="\n".join(problems) + "\n")
        return web.Response(text="ok\n")

    return answer


def _show(summary: Summary) -> Callable[[web.Request], object]:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(dict(summary()), dumps=lambda value: json.dumps(value, indent=2) + "\n")

    return answer


@contextlib.asynccontextmanager
async def serving(
    address: str,
    metrics_port: int,
    probe_port: int,
    registry: CollectorRegistry,
    probes: Probes,
    diagnostics: Mapping[str, Summary],
) -> AsyncIterator[tuple[int, int]]:
    """Serve while the context is open; yields the metrics port and the probe port in use (0 takes a free one)."""
    scraped, probed = web.Application(), web.Application()
    scraped.router.add_get("/metrics", make_aiohttp_handler(registry))
    for name, summary in diagnostics.items():
        scraped.router.add_get(f"/debug/{name}", _show(summary))  # type: ignore[arg-type]
    probed.router.add_get("/healthz", _probe(probes.live))  # type: ignore[arg-type]
    probed.router.add_get("/readyz", _probe(probes.ready))  # type: ignore[arg-type]
    async with contextlib.AsyncExitStack() as stack:
        ports = [
            await stack.enter_async_context(listening(app, (address, port), None, _LIMITS, _uncounted))
            for app, port in ((scraped, metrics_port), (probed, probe_port))
        ]
        log.info("Metrics are served on port %d, probes on port %d", *ports)
        yield ports[0], ports[1]
