"""The executor: what it adds to a bare pool of threads, and how soon a host gets its turn behind another's backlog."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from executor.tasks import Gate, nothing, service, task
from hyperv_operator.executor.scaling import Bounds

LIMIT_RATIO = 6.0
"""Of the processor time of a bare ThreadPoolExecutor behind the same event loop. A call to a host takes seconds."""
BACKLOG = 1_000
_CALLS = 2_000
_HOSTS = 20
_WORKERS = 8
_ROUNDS = 3


def run() -> bool:
    """Print the figures; tell whether they are within their limits."""
    bare = min(asyncio.run(_timed(_bare)) for _ in range(_ROUNDS))
    own = min(asyncio.run(_timed(_own)) for _ in range(_ROUNDS))
    ratio = own / bare
    print(
        f"executor: {own * 1e6:.0f} us of processor time a call, {ratio:.1f} times a bare thread pool's {bare * 1e6:.0f} us "
        f"(at most {LIMIT_RATIO:g})"
    )
    place = asyncio.run(_place_behind_a_backlog())
    print(f"executor: behind {BACKLOG:,} waiting calls of one host, {_HOSTS} others started as numbers 1 to {place}")
    return ratio <= LIMIT_RATIO and place <= _HOSTS + 1


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    """Return the processor seconds of one call, those of the threads included."""
    began = time.process_time()
    await work()
    return (time.process_time() - began) / _CALLS


async def _bare() -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_WORKERS) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, nothing, None) for _ in range(_CALLS)))  # type: ignore[arg-type]


async def _own() -> None:
    tasks = service(job=Bounds(_WORKERS, _WORKERS))
    await asyncio.gather(
        *(tasks.submit(task(str(number), nothing, host=str(number % _HOSTS))) for number in range(_CALLS))
    )
    await tasks.close(5)


async def _place_behind_a_backlog() -> int:
    """Return as which start, counted from when they came, the last of the other hosts' calls began."""
    tasks, gate, starts = service(job=Bounds(2, 2)), Gate(), list[str]()

    def note(host: str) -> Callable[[], None]:
        return lambda: starts.append(host)

    first = tasks.submit(task("first", gate, host="busy"))
    waiting = [tasks.submit(task(f"b{n}", nothing, host="busy", on_start=note("busy"))) for n in range(BACKLOG)]
    waiting += [tasks.submit(task(f"h{n}", nothing, host=f"h{n}", on_start=note("other"))) for n in range(_HOSTS)]
    gate.open()
    await asyncio.gather(first, *waiting)
    await tasks.close(5)
    return len(starts) - starts[::-1].index("other")
