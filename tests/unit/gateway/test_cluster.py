"""Reading the API server's streams: their lines, and the pauses between attempts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from hyperv_operator.gateway.cluster import Backoff, Unavailable, lines


def _response(*chunks: bytes) -> Any:
    async def iter_any() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return SimpleNamespace(content=SimpleNamespace(iter_any=iter_any))


@pytest.mark.parametrize("chunks", [(b"one\n\ntwo\n",), (b"on", b"e\n", b"\nt", b"wo\n"), (b"one\n\ntwo\nunfinished",)])
async def test_lines_are_whole_however_they_arrive(chunks: tuple[bytes, ...]) -> None:
    assert [line async for line in lines(_response(*chunks))] == [b"one", b"", b"two"]


async def test_a_line_may_be_as_long_as_the_limit() -> None:
    assert [line async for line in lines(_response(b"12345", b"\n"), 5)] == [b"12345"]
    with pytest.raises(Unavailable):
        [line async for line in lines(_response(b"123456", b"\n"), 5)]


async def test_pauses_are_doubled_up_to_the_longest_and_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(random, "uniform", lambda low, high: {(0.5, 1.0): 1.0}[low, high])
    backoff = Backoff(5)
    for _ in range(4):
        await backoff.pause()
    backoff.reset()
    await backoff.pause()
    assert pauses == [1, 2, 4, 5, 1]
