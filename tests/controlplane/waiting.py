"""Wait for a condition with a deadline. Tests wait only with these functions, never for a fixed time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class WaitTimedOut(AssertionError):
    """The condition did not become true by the deadline. As an AssertionError it is a test failure, not an error."""

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

    `within` and `every` are seconds. The probe is called at least once, and once more after the deadline, so that a machine that
    was suspended in between fails no test. Raises WaitTimedOut with the last value.
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
    """Like `wait_until`, with a coroutine function as probe."""
    deadline = time.monotonic() + within
    while True:
        late = time.monotonic() >= deadline
        seen = await probe()
        if satisfied(seen):
            return seen
        if late:
            raise WaitTimedOut(what, within, seen)
        await asyncio.sleep(every)
