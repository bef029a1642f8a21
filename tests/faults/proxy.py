"""The proxy between the operator and kube-apiserver: it numbers requests, passes them on unchanged, and injects faults."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from faults import statuses
from faults.places import ApiRequest, Place, classify
from faults.tap import Tap
from hostsim.tls import Authority

T = TypeVar("T")
_LOOPBACK = "127.0.0.1"
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "host"})
Inspect = Callable[[ApiRequest, bytes], None]
"""Called with a write and its body, in the proxy's thread."""
DELAY_SECONDS = 1.0
DOWN_SECONDS = 2.0
FROZEN_SECONDS = 3.0


@dataclass
class Traffic:
    """What the operator wrote since `Proxy.begin`."""

    last_write_at: float = 0.0
    """When the last write arrived, in seconds of the monotonic clock. Renewals of the canary Lease do not count."""
    writes: Counter[str] = field(default_factory=Counter)
    """Writes that the API server accepted, by kind; refused and unanswered ones do not count."""
    last_writes: list[str] = field(default_factory=list)
    """Kind and name of each write, in order."""
    bodies: list[bytes] = field(default_factory=list)
    """The bodies of all writes."""


class Proxy:
    """Serves on its own port, in its own thread; a context manager. Each trial begins with `begin`."""

    def __init__(self, upstream: str, ca_file: Path) -> None:
        self.authority = Authority("Fault proxy")
        self.port = 0
        self.tap = Tap()
        self.traffic = Traffic()
        self._upstream = upstream
        self._ca_file = ca_file
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self._transports: set[asyncio.BaseTransport] = set()
        self._down_until = 0.0
        self._inspect: Inspect = lambda _about, _content: None

    @property
    def url(self) -> str:
        """The address for the operator's kubeconfig."""
        return f"https://{_LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def begin(self, tap: Tap, inspect: Inspect = lambda _about, _content: None) -> Traffic:
        """Begin a trial: number from 1 again, with the faults of this tap. `inspect` sees each write as it arrives."""
        self.tap, self.traffic, self._down_until, self._inspect = tap, Traffic(), 0.0, inspect
        return self.traffic

    def cut_all(self) -> None:
        """Break all connections now."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def go_down(self, seconds: float) -> None:
        """Break all connections, and refuse new ones for a time."""
        self._down_until = time.monotonic() + seconds
        self.cut_all()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        context = ssl.create_default_context(cafile=str(self._ca_file))
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, _LOOPBACK, 0, ssl_context=self.authority.context()).start()
        self.port = int(self._runner.addresses[0][1])

    async def _end(self) -> None:
        self._cut_all()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._client is not None:
            await self._client.close()

    def _cut_all(self) -> None:
        for one in list(self._transports):
            assert isinstance(one, asyncio.WriteTransport)
            one.abort()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.transport is None or time.monotonic() < self._down_until:
            return _abort(request)
        transport = request.transport
        self._transports.add(transport)
        try:
            return await self._answer(request, classify(request.method, request.path, request.query))
        except aiohttp.ClientError:  # one of the two connections broke
            return _abort(request)
        finally:
            self._transports.discard(transport)

    async def _answer(self, request: web.Request, about: ApiRequest) -> web.StreamResponse:
        tap, traffic, content = self.tap, self.traffic, await request.read()
        place, fault = tap.reach("api", about.kind)
        if about.writes:
            _record(traffic, about, content)
            self._inspect(about, content)
        if fault == "kill-before":
            tap.kill()
            return _abort(request)
        if fault == "down":
            self.go_down(DOWN_SECONDS)
            return _abort(request)
        if fault in ("403", "404", "409", "410", "422", "429", "500"):
            code = int(fault)
            return web.json_response(statuses.body(code, about), status=code, headers=statuses.headers(code))
        if fault == "delay":
            await asyncio.sleep(DELAY_SECONDS)
        if about.verb == "watch":
            return await self._watch(request, place, tap)
        async with self._forward(request, content) as answer:
            reply, status, headers = await answer.read(), answer.status, answer.headers
        if about.writes and status < HTTPStatus.BAD_REQUEST:
            traffic.writes[about.kind] += 1
        if fault == "kill-after":
            tap.kill()
        if fault in ("kill-after", "reply-lost"):
            return _abort(request)
        return web.Response(status=status, headers=_end_to_end(headers), body=reply)

    async def _watch(self, request: web.Request, place: Place, tap: Tap) -> web.StreamResponse:
        """Pass on a watch's stream, event by event."""
        async with self._forward(request, b"") as answer:
            response = web.StreamResponse(status=answer.status, headers=_end_to_end(answer.headers))
            response.enable_chunked_encoding()
            await response.prepare(request)
            pending, events = b"", 0
            async for chunk in answer.content.iter_any():
                *complete, pending = (pending + chunk).split(b"\n")
                for line in complete:
                    events += 1
                    fault = tap.reach_event(place, events)
                    if fault == "watch-frozen":
                        await asyncio.sleep(FROZEN_SECONDS)
                    if fault in ("watch-frozen", "watch-cut"):
                        return _abort(request)
                    if fault == "watch-expired":
                        await response.write(_line(statuses.expired_event()))
                        await response.write_eof()
                        return response
                    await response.write(line + b"\n")
            await response.write(pending)
            await response.write_eof()
            return response

    def _forward(self, request: web.Request, content: bytes) -> Any:
        assert self._client is not None
        return self._client.request(
            request.method,
            URL(self._upstream + request.raw_path, encoded=True),
            headers=_end_to_end(request.headers),
            data=content or None,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            allow_redirects=False,
        )


def _record(traffic: Traffic, about: ApiRequest, content: bytes) -> None:
    traffic.bodies.append(content)
    if about.resource != "leases":
        traffic.last_write_at = time.monotonic()
        traffic.last_writes.append(f"{about.kind} {about.name}".rstrip())


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Return the headers that do not concern one connection alone. The length is that of the content, and is set anew."""
    kept = CIMultiDict(headers)
    for name in (*_HOP_BY_HOP, "content-length"):
        kept.popall(name, None)
    return kept


def _abort(request: web.Request) -> web.Response:
    """Break the connection. The response reaches nobody, but aiohttp wants one."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=HTTPStatus.BAD_GATEWAY)


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode() + b"\n"
