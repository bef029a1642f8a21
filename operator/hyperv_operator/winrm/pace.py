"""How fast a run may speak: each line costs the event loop time, which all hosts share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hyperv_operator.ports import TaskContext

PER_SECOND: Final = 100
"""Reports of one run, once it has used up `BURST`. Ordinary runs make about 200 in all."""
BURST: Final = 200
_WORTH_WAITING: Final = 0.02


class Pace:
    """Makes the thread of a run wait when it reports too fast; the host then waits too, because nobody reads its output."""

    def __init__(self, clock: Callable[[], float], wait: Callable[[float], object]) -> None:
        """`clock` counts seconds monotonically; `wait` waits for so many."""
        self._clock = clock
        self._wait = wait
        self._due = 0.0
        """When the next report would be due if all came at `PER_SECOND`."""

    def step(self, context: TaskContext) -> None:
        """Count one report and wait if need be, but not for a call that has to end."""
        now = self._clock()
        self._due = max(self._due, now - BURST / PER_SECOND) + 1 / PER_SECOND
        if self._due - now > _WORTH_WAITING and not context.is_cancelled() and context.remaining() > 0:
            self._wait(self._due - now)
