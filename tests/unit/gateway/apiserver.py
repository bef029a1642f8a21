"""An API server in memory, in place of the gateway's client: it keeps objects, and refuses and breaks as it is asked to."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from typing_extensions import override

from hyperv_operator.gateway.cluster import Answer, Caller, Cluster, Refused, Unavailable
from hyperv_operator.gateway.tokens import Token

Fault = Callable[[str, str, Mapping[str, str]], Exception | None]
"""Returns what a request fails with, by its method, path and query; None for success."""


@dataclass
class _Stream:
    """What a watch or a log delivers: chunks, until the end or a break."""

    chunks: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)

    @property
    def content(self) -> _Stream:
        """The same, as aiohttp has it."""
        return self

    async def iter_any(self) -> AsyncGenerator[bytes, None]:
        """Yield the chunks."""
        while (chunk := await self.chunks.get()) is not None:
            yield chunk


class FakeCluster(Cluster):
    """Objects by their path."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.fault: Fault = lambda _method, _path, _query: None
        self.streams: list[_Stream] = []
        self.queries: list[dict[str, str]] = []
        self._versions = itertools.count(1)
        self.version = 0

    def caller(self, token: str = "token") -> Caller:
        """Return the client of one caller."""
        return Caller(self, Token(token))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Store an object under its path."""
        self.version = next(self._versions)
        metadata = {"uid": str(uuid.uuid4()), "creationTimestamp": "2026-11-30T07:00:00Z", **body["metadata"]}
        self.objects[path] = {**body, "metadata": {**metadata, "resourceVersion": str(self.version)}}
        return self.objects[path]

    @override
    async def send(
        self,
        token: Token,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: dict[str, Any] | None,
        content_type: str,
    ) -> Answer:
        self.requests.append((method + ("?" if "dryRun" in query else ""), path))
        if (fault := self.fault(method, path, query)) is not None:
            raise fault
        if method == "POST" and body is not None:
            own = f"{path}/{body['metadata']['name']}"
            if own in self.objects:
                raise Refused(409, {"reason": "AlreadyExists"})
            return Answer(body if "dryRun" in query else self.put(own, body), ())
        if method == "GET" and path in self.objects:
            return Answer(self.objects[path], ())
        if method == "DELETE" and path in self.objects:
            return Answer(self.objects.pop(path), ())
        if method == "GET" and path.rpartition("/")[2] in ("hypervmachines", "hypervhosts", "secrets"):
            _, _, key = query.get("labelSelector", "").partition("=")
            items = [
                one
                for name, one in self.objects.items()
                if name.startswith(path) and (not key or key in json.dumps(one))
            ]
            return Answer({"metadata": {"resourceVersion": str(self.version)}, "items": items}, ())
        raise Refused(404, {"reason": "NotFound", "message": "not found"})

    @override
    @contextlib.asynccontextmanager
    async def open(
        self, token: Token, path: str, query: Mapping[str, str], accept: str, silence_seconds: float | None
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        if (fault := self.fault("WATCH", path, query)) is not None:
            raise fault
        stream = _Stream()
        self.streams.append(stream)
        self.queries.append(dict(query))
        yield stream  # type: ignore[misc]

    async def deliver(self, kind: str, body: dict[str, Any]) -> None:
        """Send an event to the newest watch, in two chunks."""
        line = json.dumps({"type": kind, "object": body}).encode() + b"\n"
        self.streams[-1].chunks.put_nowait(line[:7])
        self.streams[-1].chunks.put_nowait(line[7:])
        await settle()

    async def break_watch(self) -> None:
        """End the newest watch."""
        self.streams[-1].chunks.put_nowait(None)
        await settle()


async def settle() -> None:
    """Let every task run as far as it can."""
    for _ in range(50):
        await asyncio.sleep(0)


GONE = Unavailable("ConnectionError")
