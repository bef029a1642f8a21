"""Benchmark of live logs: many readers follow one busy run. When do they get a line, and what do they cost the operator?"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import ssl
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import psutil

from controlplane.waiting import wait_until_async
from hyperv_operator.core.decision_table import decide
from integration.livelogs.serving import LOG, Served, serving
from unit.core.samples import NOW, SNAPSHOT
from unit.livelogs.samples import say

FOLLOWERS = 200
LIMIT_P95 = 1.0
"""Seconds until 95 of 100 lines have reached their reader."""
LIMIT_MEMORY = 512
"""KiB of the operator's memory for each reader."""
LIMIT_RATIO = 4.0
"""Maximum time of a decision while all of them read, as a multiple of that without readers."""
_LINES_A_SECOND = 50
_SECONDS = 6.0


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    return asyncio.run(_measure())


async def _measure() -> bool:
    context = multiprocessing.get_context("spawn")
    async with serving(per_user=FOLLOWERS) as served:
        alone = await _busy(served)
        memory = psutil.Process().memory_info().rss
        ours, theirs = context.Pipe()
        files = served.proxies.credentials
        arguments = (theirs, served.port, served.authority, str(files.proxy_certificate), str(files.proxy_key))
        readers = context.Process(target=_readers, args=arguments, name="readers", daemon=True)
        readers.start()
        try:
            await wait_until_async(_counted(served), lambda seen: seen == FOLLOWERS, what="all readers")
            followed = await _busy(served)
            grown = (psutil.Process().memory_info().rss - memory) / FOLLOWERS / 1_024
            say(served.logs, "end")
            delays = sorted(await asyncio.to_thread(ours.recv))
        finally:
            readers.kill()
            readers.join()
    p95 = delays[len(delays) * 95 // 100]
    ratio = followed / alone
    print(
        f"followers: {FOLLOWERS} readers got {len(delays):,} lines, 95 % of them within {p95 * 1e3:.0f} ms (at most {LIMIT_P95 * 1e3:g}); "
        f"{grown:.0f} KiB of memory for each (at most {LIMIT_MEMORY})"
    )
    print(
        f"followers: a decision took {followed * 1e6:.0f} us, {ratio:.1f} times the {alone * 1e6:.0f} us without readers "
        f"(at most {LIMIT_RATIO:g})"
    )
    expected = FOLLOWERS * round(_SECONDS * _LINES_A_SECOND) * 0.9
    return p95 <= LIMIT_P95 and grown <= LIMIT_MEMORY and ratio <= LIMIT_RATIO and len(delays) >= expected


def _counted(served: Served) -> Callable[[], Awaitable[float]]:
    async def count() -> float:
        return served.gauge("log_followers")

    return count


async def _busy(served: Served) -> float:
    """Write lines for a while and decide as often as possible; return the seconds of one decision, as it had to wait."""
    began = time.monotonic()
    lines = decisions = 0
    while (passed := time.monotonic() - began) < _SECONDS:
        while lines < passed * _LINES_A_SECOND:
            say(served.logs, f"{time.monotonic()} copied another part of the image")
            lines += 1
        decide(SNAPSHOT, NOW)
        decisions += 1
        await asyncio.sleep(0)
    return _SECONDS / decisions


def _readers(pipe: Connection, port: int, authority: str, certificate: str, key: str) -> None:
    """Follow the log with many connections until its last line; send how long each line took to arrive."""
    pipe.send(asyncio.run(_read_all(port, authority, certificate, key)))


async def _read_all(port: int, authority: str, certificate: str, key: str) -> list[float]:
    context = ssl.create_default_context(cadata=authority)
    context.load_cert_chain(certificate, key)
    delays: list[float] = []
    await asyncio.gather(*(_read(port, context, delays) for _ in range(FOLLOWERS)))
    return delays


async def _read(port: int, context: ssl.SSLContext, delays: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    request = f"GET {LOG}?follow=true&tailLines=0 HTTP/1.1\r\nHost: x\r\nX-Remote-User: jane\r\nAccept: application/jsonl\r\n\r\n"
    writer.write(request.encode())
    while line := await reader.readline():
        if line.startswith(b"{"):
            said = json.loads(line)["text"].split()[0]
            if said == "end":
                break
            delays.append(time.monotonic() - float(said))
    writer.close()
