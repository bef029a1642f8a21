"""Wait for a condition with a deadline: the only way the rig and the tests on top of it wait."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class WaitTimedOut(AssertionError):
    """The condition did not hold by the deadline; an AssertionError: to pytest, an expectation that failed."""

    def __init__(self, what: str, within: float, seen: object) -> None:
        super().__init__(f"{what}: not within {within:g} s; last seen: {seen!r}")
        self.what = what
        self.seen = seen


def wait_until(
    probe: Callable[[], T],
    satisfied: Callable[[T], object] = bool,
    *,
    what: str,
    within: float = 30.0,
    every: float = 0.05,
) -> T:
    """Call `probe` until `satisfied` accepts what it returns, and return that.

    `within` and `every` are seconds. The probe is called at least once, and once more after the deadline has passed, so
    that a machine that stood still in between fails no test. Raises WaitTimedOut with the last value seen: a test that
    fails should say what it saw instead.
    """
    deadline = time.monotonic() + within
    pause = threading.Event()
    while True:
        late = time.monotonic() >= deadline
        seen = probe()
        if satisfied(seen):
            return seen
        if late:
            raise WaitTimedOut(what, within, seen)
        pause.wait(every)


async def wait_until_async(
    probe: Callable[[], Awaitable[T]],
    satisfied: Callable[[T], object] = bool,
    *,
    what: str,
    within: float = 30.0,
    every: float = 0.05,
) -> T:
    """Do what `wait_until` does with a coroutine function as probe, leaving the event loop free in between."""
    deadline = time.monotonic() + within
    while True:
        late = time.monotonic() >= deadline
        seen = await probe()
        if satisfied(seen):
            return seen
        if late:
            raise WaitTimedOut(what, within, seen)
        await asyncio.sleep(every)
