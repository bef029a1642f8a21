"""Executor benchmark: overhead over a plain thread pool, and fairness to hosts queued behind another host's backlog."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from executor.tasks import Gate, nothing, service, task
from hyperv_operator.executor.scaling import Bounds

LIMIT_RATIO = 6.0
"""Maximum CPU time per task, as a multiple of a plain ThreadPoolExecutor's on the same event loop."""
BACKLOG = 1_000
_TASKS = 2_000
_HOSTS = 20
_WORKERS = 8
_ROUNDS = 3


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    bare = min(asyncio.run(_timed(_bare)) for _ in range(_ROUNDS))
    own = min(asyncio.run(_timed(_own)) for _ in range(_ROUNDS))
    ratio = own / bare
    print(
        f"executor: {own * 1e6:.0f} us of CPU time per task, {ratio:.1f} times a plain thread pool's {bare * 1e6:.0f} us "
        f"(at most {LIMIT_RATIO:g})"
    )
    place = asyncio.run(_place_behind_a_backlog())
    print(
        f"executor: with {BACKLOG:,} queued tasks of one host, a task of each of {_HOSTS} others was among the first {place} to start"
    )
    return ratio <= LIMIT_RATIO and place <= _HOSTS + 1


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    """Return the CPU seconds per task, including those of the threads."""
    began = time.process_time()
    await work()
    return (time.process_time() - began) / _TASKS


async def _bare() -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_WORKERS) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, nothing, None) for _ in range(_TASKS)))  # type: ignore[arg-type]


async def _own() -> None:
    tasks = service(job=Bounds(_WORKERS, _WORKERS))
    await asyncio.gather(
        *(tasks.submit(task(str(number), nothing, host=str(number % _HOSTS))) for number in range(_TASKS))
    )
    await tasks.close(5)


async def _place_behind_a_backlog() -> int:
    """Return the position, in the order of starts, of the last of the other hosts' tasks."""
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
