"""Lists are read in pages of bounded size, however large the objects are that somebody has created."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from hyperv_operator.errors import AccessForbidden, ClusterError
from hyperv_operator.kube.pages import FIRST, LARGEST, MOST, next_limit, pages

KIB, MIB = 1024, 1024 * 1024


@pytest.mark.parametrize(
    ("items", "size", "limit"),
    [
        (20, 20 * KIB, MOST),
        (500, 2 * MIB, 500),
        (500, 4 * MIB, 250),
        (20, 5 * MIB, 8),
        (1, 2 * MIB + 1, 1),
        (1, 3 * MIB, 1),
        (0, 100, MOST),
        (5, 0, MOST),
    ],
)
def test_the_size_of_the_objects_gives_the_number_that_is_asked_for_next(items: int, size: int, limit: int) -> None:
    assert next_limit(items, size) == limit


class _Server:
    """A list of objects with these sizes. Records the limits, and the largest answer that was read."""

    def __init__(self, *sizes: int, status: int = 200, body: bytes | None = None) -> None:
        self.sizes = sizes
        self.status = status
        self.body = body
        self.limits: list[int] = []
        self.read = 0
        self.closed = 0

    async def request(self, *, limit: int, _continue: str = "0", **_: Any) -> aiohttp.ClientResponse:
        self.limits.append(limit)
        start = int(_continue)
        sizes = self.sizes[start : start + limit]
        items = [{"name": f"o{start + number}", "x": "x" * size} for number, size in enumerate(sizes)]
        more = {"continue": str(start + limit)} if start + limit < len(self.sizes) else {}
        body = self.body or json.dumps({"metadata": {"resourceVersion": "7", **more}, "items": items}).encode()
        content = SimpleNamespace(iter_any=lambda: self._stream(body))
        answer = SimpleNamespace(
            status=self.status, reason="No", headers={"Retry-After": "3"}, content=content, close=self._close
        )
        return cast("aiohttp.ClientResponse", answer)

    def _close(self) -> None:
        self.closed += 1

    async def _stream(self, body: bytes) -> AsyncIterator[bytes]:
        size = 0
        for start in range(0, len(body), 64 * KIB):
            size += len(body[start : start + 64 * KIB])
            self.read = max(self.read, size)
            yield body[start : start + 64 * KIB]

    async def names(self) -> list[str]:
        return [one["name"] async for page in pages(self.request, "list x") for one in page["items"]]


async def test_every_object_is_delivered_once_and_large_ones_a_few_at_a_time() -> None:
    server = _Server(*([1 * KIB] * 600), *([1_400 * KIB] * 30), *([1 * KIB] * 20))
    assert await server.names() == [f"o{number}" for number in range(650)]
    assert server.limits[:2] == [FIRST, MOST]
    assert server.read <= LARGEST + 64 * KIB
    assert server.closed == len(server.limits)


async def test_a_page_that_is_too_large_is_asked_for_again_in_parts() -> None:
    server = _Server(*([1 * MIB] * 20))
    assert len(await server.names()) == 20
    assert server.limits[:2] == [20, 5]
    assert set(server.limits[2:]) <= {1, 2}


async def test_one_object_that_is_larger_than_a_page_is_an_error() -> None:
    with pytest.raises(ClusterError, match="an object has more than"):
        await _Server(LARGEST + 1).names()


async def test_a_refusal_says_why() -> None:
    with pytest.raises(AccessForbidden) as refused:
        await _Server(1, status=403).names()
    assert refused.value.retry_after == 3
    with pytest.raises(ClusterError, match="list x: 500 No"):
        await _Server(1, status=500).names()


async def test_an_answer_that_is_no_json_is_an_error() -> None:
    with pytest.raises(ClusterError, match="list x: the answer is not JSON"):
        await _Server(1, body=b"<html>").names()
