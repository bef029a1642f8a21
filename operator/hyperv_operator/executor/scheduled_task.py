"""One task from its submission until its future is done, and the `TaskContext` that its blocking function gets."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from hyperv_operator.errors import CallCancelled, CallTimeout, HostError
from hyperv_operator.executor.threads import Worker
from hyperv_operator.ports import AgentReport, RemoteTask, TaskContext

log = logging.getLogger(__name__)

OnReturn = Callable[[object, BaseException | None], None]
"""Called on the event loop with what the blocking function returned or raised."""


class TaskState(Enum):
    """Whether a task has left the queue."""

    QUEUED = "queued"
    RUNNING = "running"
    """It is being prepared, or its blocking function runs."""


class _Watchdog:
    """A timer that can be shortened."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._timer = loop.call_later(seconds, callback)

    def shorten(self, seconds: float) -> None:
        """Fire after this time, unless the timer is due earlier."""
        if self._loop.time() + seconds < self._timer.when():
            self._timer.cancel()
            self._timer = self._loop.call_later(seconds, self._callback)

    def stop(self) -> None:
        """Do not fire."""
        self._timer.cancel()


class ScheduledTask:
    """A task that the executor holds; also the `TaskContext` of its blocking function."""

    def __init__(
        self,
        task: RemoteTask[Any],
        future: asyncio.Future[Any],
        deadline_seconds: float,
        on_report: Callable[[], None],
    ) -> None:
        """`on_report` is called on the event loop before each report is delivered."""
        self.task = task
        self.future = future
        self.deadline_seconds = deadline_seconds
        self.queued_at = self.started_at = time.monotonic()
        self.state = TaskState.QUEUED
        self.abandoned = False
        """The blocking function has overrun its deadline or cancellation, and its thread has been replaced."""
        self._on_report = on_report
        self._loop = asyncio.get_running_loop()
        self._cancelled = threading.Event()
        self._deadline = 0.0
        self._watchdog: _Watchdog | None = None

    # --- on the worker's thread --------------------------------------------------------------------------------------

    def remaining(self) -> float:
        """Return the seconds until the deadline."""
        return max(0.0, self._deadline - time.monotonic())

    def is_cancelled(self) -> bool:
        """Return whether the function should stop."""
        return self._cancelled.is_set()

    def report(self, report: AgentReport) -> None:
        """Pass a report to the event loop."""
        self._post(self._deliver, report)

    def _run(self, function: Callable[[TaskContext], object], on_return: OnReturn) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            result = function(self)
        except StopIteration as raised:
            error = _wrapped(raised)  # a future cannot hold a StopIteration
        except Exception as raised:  # noqa: BLE001 - every exception becomes the future's result on the event loop
            error = raised
        except BaseException as raised:  # noqa: BLE001 - a SystemExit in a worker must not end the operator
            error = _wrapped(raised)
        self._post(on_return, result, error)

    def _post(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            log.debug("A task ended after the event loop had been closed")

    # --- on the event loop -------------------------------------------------------------------------------------------

    def start(
        self,
        worker: Worker,
        function: Callable[[TaskContext], object],
        on_return: OnReturn,
        on_overrun: Callable[[], None],
        grace: float,
    ) -> None:
        """Start the blocking function; `on_overrun` is called if it has not returned `grace` seconds after its deadline."""
        self._deadline = time.monotonic() + self.deadline_seconds
        self._watchdog = _Watchdog(self._loop, self.deadline_seconds + grace, on_overrun)
        worker.submit(f"{self.task.category}:{self.task.host}", lambda: self._run(function, on_return))

    def cancel(self, grace: float) -> None:
        """Ask the function to stop; `on_overrun` is called if it has not returned after `grace` seconds."""
        self._cancelled.set()
        if self._watchdog:
            self._watchdog.shorten(grace)

    def overrun_error(self) -> HostError:
        """Return the error of a function that returned neither at its deadline nor when it was cancelled."""
        if self.is_cancelled():
            text = "The call was cancelled but did not stop, and was abandoned. Its work may continue on the host."
            return CallCancelled(text, effect_unknown=True)
        text = f"The call did not return within {self.deadline_seconds:g} s and was abandoned."
        return CallTimeout(text, effect_unknown=True)

    def finish(self, result: object, error: BaseException | None) -> None:
        """Complete the future, unless its owner has cancelled it."""
        if self._watchdog:
            self._watchdog.stop()
            self._watchdog = None
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)

    def _deliver(self, report: AgentReport) -> None:
        if self.future.done():
            return
        self._on_report()
        if self.task.on_report:
            self.task.on_report(report)


def _wrapped(error: BaseException) -> RuntimeError:
    return RuntimeError(f"The task's function raised {type(error).__name__}.")
