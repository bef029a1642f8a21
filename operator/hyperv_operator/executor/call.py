"""One task from its submission to the end of its future, and what its blocking call sees of the executor."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from hyperv_operator.errors import CallCancelled, CallTimeout, HostError
from hyperv_operator.executor.threads import Worker
from hyperv_operator.ports import AgentReport, RemoteTask, TaskContext

log = logging.getLogger(__name__)

Returned = Callable[["Call", object, BaseException | None], None]
"""Called on the event loop with what the blocking call returned or raised."""


class Call:
    """A task that the executor holds; also the `TaskContext` of its blocking call."""

    def __init__(self, task: RemoteTask[Any], future: asyncio.Future[Any], deadline_seconds: float) -> None:
        self.task = task
        self.future = future
        self.deadline_seconds = deadline_seconds
        self.queued_at = self.started_at = time.monotonic()
        self.running = False
        """It has left the queue: it is being prepared, or its blocking call runs."""
        self.worker: Worker | None = None
        """Set while the blocking call runs."""
        self.given_up = False
        self.heard: Callable[[], None] | None = None
        """Called on the event loop with every report: the host answers."""
        self._loop = asyncio.get_running_loop()
        self._cancelled = threading.Event()
        self._ends = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._give_up: Callable[[Call], None] | None = None

    # --- from the worker's thread ------------------------------------------------------------------------------------

    def remaining(self) -> float:
        """Return the seconds until the deadline."""
        return max(0.0, self._ends - time.monotonic())

    def is_cancelled(self) -> bool:
        """Tell whether the call should stop."""
        return self._cancelled.is_set()

    def report(self, report: AgentReport) -> None:
        """Hand a report over to the event loop."""
        self._post(self._deliver, report)

    def _run(self, function: Callable[[TaskContext], object], returned: Returned) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            result = function(self)
        except StopIteration as raised:
            error = _unforeseen(raised)
        except Exception as raised:  # noqa: BLE001 - it crosses to the event loop, where it is the future's result
            error = raised
        except BaseException as raised:  # noqa: BLE001 - what ends a program must not end the operator
            error = _unforeseen(raised)
        self._post(returned, self, result, error)

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            log.debug("A call ended after the operator's loop was closed")

    # --- on the event loop -------------------------------------------------------------------------------------------

    def begin(
        self,
        worker: Worker,
        function: Callable[[TaskContext], object],
        returned: Returned,
        give_up: Callable[[Call], None],
        grace: float,
    ) -> None:
        """Start the blocking call; it is given up if it has not returned `grace` seconds after its deadline."""
        self._ends = time.monotonic() + self.deadline_seconds
        self.worker, self._give_up = worker, give_up
        self._timer = self._loop.call_later(self.deadline_seconds + grace, give_up, self)
        worker.hand(f"{self.task.category}:{self.task.host}", lambda: self._run(function, returned))

    def cancel(self, grace: float) -> None:
        """Ask the call to stop; a running one is given up if it has not returned after `grace` seconds."""
        self._cancelled.set()
        if self._timer and self._give_up and self._loop.time() + grace < self._timer.when():
            self._timer.cancel()
            self._timer = self._loop.call_later(grace, self._give_up, self)

    def hung(self) -> HostError:
        """Return the error of a call that neither kept its deadline nor heeded its cancellation."""
        if self.is_cancelled():
            text = "The call was asked to stop, did not, and was given up. What it was doing may go on on the host."
            return CallCancelled(text, effect_unknown=True)
        text = f"The call did not end within {self.deadline_seconds:g} s and was given up."
        return CallTimeout(text, effect_unknown=True)

    def settle(self, result: object, error: BaseException | None) -> None:
        """End the future, unless whoever awaited it has given it up."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._give_up = None
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)

    def _deliver(self, report: AgentReport) -> None:
        if self.future.done():
            return
        if self.heard:
            self.heard()
        if self.task.on_report:
            self.task.on_report(report)


def _unforeseen(error: BaseException) -> RuntimeError:
    return RuntimeError(f"The call raised {type(error).__name__}.")
