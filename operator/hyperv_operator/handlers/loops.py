"""The loops of all objects: one supervised task for each UID."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from hyperv_operator.ports import Metrics

log = logging.getLogger(__name__)

_MIN_PAUSE: Final = 1.0
_MAX_PAUSE: Final = 300.0

Loop = Callable[[], Awaitable[None]]
"""Runs until its object needs it no more."""


class Loops:
    """Owns the loops of one kind. A loop that fails is logged, counted and started again after a pause that doubles."""

    def __init__(self, kind: str, metrics: Metrics) -> None:
        self._kind = kind
        self._metrics = metrics
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, uid: str, loop: Loop) -> None:
        """Start an object's loop, unless it runs already."""
        running = self._tasks.get(uid)
        if running is None or running.done():
            task = self._tasks[uid] = asyncio.create_task(self._run(uid, loop), name=f"{self._kind} {uid}")
            task.add_done_callback(lambda ended: self._drop(uid, ended))

    def _drop(self, uid: str, ended: asyncio.Task[None]) -> None:
        if self._tasks.get(uid) is ended:
            del self._tasks[uid]

    async def _run(self, uid: str, loop: Loop) -> None:
        pause = _MIN_PAUSE
        while True:
            try:
                await loop()
            except Exception:
                log.exception("The loop of %s %s failed; it starts again in %g s", self._kind, uid, pause)
                self._metrics.loop_failed(self._kind)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _MAX_PAUSE)

    async def close(self) -> None:
        """Cancel all loops and wait until they have ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
