"""Benchmark of the gateway's streams: what an idle websocket takes, and how long a change takes to reach all of them."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection, connect

from controlplane.plane import ControlPlane
from e2e import rig
from e2e.fleet import create
from e2e.gateway import Gateway, gateway, person
from e2e.webhook import UNREVIEWED

_STREAMS = 1_000
_CHANGES = 20
_MOST_KIB = 64
_MOST_SECONDS = 1.0


def run() -> bool:
    """Open 1,000 websockets of one token, and change machines."""
    limits = {"max_streams": "2000", "max_streams_per_token": "2000", "requests_per_minute": "100000"}
    with tempfile.TemporaryDirectory(prefix="hvo-bench-") as folder, ControlPlane.start() as plane:
        rig.install(plane)
        namespace = plane.new_namespace("bench", rig.ALLOWED | UNREVIEWED)
        token = person(plane, namespace)
        with gateway(plane, Path(folder) / "gateway.log", **limits, address_requests_per_minute="100000") as served:
            return asyncio.run(_measure(plane, served, namespace, token))


async def _measure(plane: ControlPlane, served: Gateway, namespace: str, token: str) -> bool:
    process = psutil.Process(served.process.pid)
    address = served.url.replace("http", "ws") + f"/api/v1/stream?namespace={namespace}"
    async with AsyncExitStack() as stack:
        headers = {"Authorization": f"Bearer {token}"}
        first = await stack.enter_async_context(connect(address, additional_headers=headers, proxy=None))
        await _until(first, "Synced")
        before = process.memory_info().rss
        sockets = [
            await stack.enter_async_context(connect(address, additional_headers=headers, proxy=None, compression=None))
            for _ in range(_STREAMS)
        ]
        await asyncio.gather(*(_until(one, "Synced") for one in sockets))
        each = (process.memory_info().rss - before) / _STREAMS / 1024
        used = process.cpu_times()
        await asyncio.sleep(10)
        idle = process.cpu_times()
        busy = (idle.user + idle.system - used.user - used.system) / 10
        delays: list[float] = []
        for number in range(_CHANGES):
            waiting = [asyncio.create_task(_next(one)) for one in sockets]
            began = time.monotonic()
            await asyncio.to_thread(create, plane, namespace, rig.submission("nowhere", f"m-{number}"))
            delays += [seen - began for seen in await asyncio.gather(*waiting)]
    p95 = statistics.quantiles(delays, n=20)[-1]
    print(
        f"websockets: {_STREAMS} idle streams take {each:.0f} KiB each (at most {_MOST_KIB}) and {busy:.0%} of a processor with a "
        f"ping every 2 s; a change reaches each within {p95:.2f} s (p95, at most {_MOST_SECONDS:g})"
    )
    return each <= _MOST_KIB and p95 <= _MOST_SECONDS


async def _messages(socket: ClientConnection) -> AsyncIterator[dict[str, str]]:
    while True:
        yield json.loads(await socket.recv())


async def _until(socket: ClientConnection, reason: str) -> None:
    async for message in _messages(socket):
        if message.get("reason") == reason:
            return


async def _next(socket: ClientConnection) -> float:
    """Return when the next job arrives."""
    async for message in _messages(socket):
        if message["type"] == "job":
            return time.monotonic()
    raise AssertionError("a websocket has ended")
