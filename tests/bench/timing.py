"""Timing for benchmarks: this process's CPU time, the best of several rounds, because other load only adds to it."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 7


def seconds(work: Callable[[], object], calls: int) -> float:
    """Return the CPU seconds per call."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time() - began) / calls)
    return best
