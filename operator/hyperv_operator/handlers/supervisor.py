"""The supervisor: it owns every background task, and one that ends ends the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from hyperv_operator.errors import TaskEnded

log = logging.getLogger(__name__)


class Supervisor:
    """Runs tasks that never end by themselves."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, name: str, task: Coroutine[Any, Any, Any]) -> None:
        """Start a task; `name` says in the log what has ended."""
        self._tasks.add(asyncio.create_task(task, name=name))

    async def run_until(self, stop: asyncio.Event) -> None:
        """Wait until `stop` is set; raises `TaskEnded` as soon as a task ends, with its error in the log."""
        stopped = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait({stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if stopped in done:
            return
        names = sorted(task.get_name() for task in done)
        for task in done:
            error = None if task.cancelled() else task.exception()
            log.critical("The background task %r has ended; the operator ends too", task.get_name(), exc_info=error)
        raise TaskEnded(
            f"The background task {', '.join(names)} has ended unexpectedly. The log names the cause. The operator ends, so that it is "
            "started again."
        )

    async def close(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
