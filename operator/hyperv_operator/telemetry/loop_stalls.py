"""How long the event loop did not turn because this process computed: probes, watches and every other machine wait for that time.

CPU time of the loop's thread is measured, so that a busy node is not blamed on the operator.
"""

from __future__ import annotations

import asyncio
import logging
import selectors
import time
from collections.abc import Callable
from typing import Final

from typing_extensions import override

from hyperv_operator.ports import Metrics

log = logging.getLogger(__name__)

WARN_SECONDS: Final = 0.1
_WARN_INTERVAL: Final = 60.0
"""Seconds between two warnings."""


class TimedSelector(selectors.DefaultSelector):
    """Measures what the loop computes between two waits for events. It is used by one thread, that of its loop."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        super().__init__()
        self._clock = clock
        self._since: float | None = None
        self.on_turn: Callable[[float], None] = lambda _: None
        """Called after each turn, with its CPU time in seconds."""

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events."""
        if self._since is not None:
            self.on_turn(self._clock() - self._since)
        try:
            return super().select(timeout)
        finally:
            self._since = self._clock()


class LoopStalls:
    """Records the longest turn, and warns of long ones."""

    def __init__(self, metrics: Metrics, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._monotonic = monotonic
        self._warned_at: float | None = None
        self._unsaid = 0

    def turned(self, seconds: float) -> None:
        """Record a turn of the loop."""
        self._metrics.loop_turned(seconds)
        if seconds < WARN_SECONDS:
            return
        now = self._monotonic()
        if self._warned_at is not None and now - self._warned_at < _WARN_INTERVAL:
            self._unsaid += 1
            return
        more = f" {self._unsaid} others were not logged since the last warning." if self._unsaid else ""
        self._warned_at, self._unsaid = now, 0
        log.warning("The event loop did not turn for %.0f ms of CPU time.%s", seconds * 1_000, more)


def timed_loop(selector: TimedSelector) -> asyncio.AbstractEventLoop:
    """Return an event loop whose turns are measured."""
    return asyncio.SelectorEventLoop(selector)
