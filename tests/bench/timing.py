"""How the benchmarks take time: this process's own, and the best of several rounds, as what else a machine does only adds to it."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 7


def seconds(work: Callable[[], object], calls: int) -> float:
    """Return the processor seconds that one call takes."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time() - began) / calls)
    return best
