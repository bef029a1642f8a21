"""Name lookups: addresses as aiohttp takes them, and a name server that does not answer holds up nobody else."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from hyperv_operator.notifications.resolver import ThreadResolver


async def test_an_address_is_looked_up() -> None:
    (found,) = await ThreadResolver().resolve("127.0.0.1", 80)
    assert (found["hostname"], found["host"], found["port"]) == ("127.0.0.1", "127.0.0.1", 80)
    assert found["family"] == socket.AF_INET


async def test_a_name_without_an_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(OSError, match="no such name"):
        await ThreadResolver().resolve("receiver.example.com")


async def test_lookups_that_hang_use_no_shared_thread_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, begun = threading.Event(), threading.Semaphore(0)

    def hang(*_: Any) -> Any:
        begun.release()
        answer.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    hanging = [asyncio.create_task(ThreadResolver().resolve("receiver.example.com")) for _ in range(64)]
    try:
        async with asyncio.timeout(10):
            await asyncio.sleep(0)
            for _ in hanging:
                assert begun.acquire(timeout=10)
            assert await asyncio.to_thread(lambda: "free") == "free"
        for task in hanging:
            task.cancel()
        assert all(
            isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*hanging, return_exceptions=True)
        )
        assert all(one.daemon for one in threading.enumerate() if one.name.startswith("lookup of"))
    finally:
        answer.set()
