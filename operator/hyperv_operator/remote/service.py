"""RemoteTaskService: blocking calls in threads, bounded by lane and by host, with deadlines and cancellation.

A call has a thread of its own while it runs: one that hangs past its deadline is given up without taking a worker or the
process's end with it, and no failure of it reaches a sibling.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hyperv_operator.errors import CallCancelled, CallTimeout
from hyperv_operator.ports import AgentReport, Lane, Metrics, RemoteTask, T, TaskState

log = logging.getLogger(__name__)

DEADLINE_GRACE_SECONDS = 30.0
"""A call ends by itself at its deadline; after this it is given up."""
_CANCEL_GRACE_SECONDS = 60.0


class _Context:
    """What a running call sees of the executor."""

    def __init__(self, entry: _Entry, loop: asyncio.AbstractEventLoop) -> None:
        self._entry = entry
        self._loop = loop
        self._ends = time.monotonic() + entry.task.deadline_seconds

    def remaining(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def is_cancelled(self) -> bool:
        return self._entry.cancelled.is_set()

    def report(self, report: AgentReport) -> None:
        self._post(self._deliver, report)

    def finish(self, future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
        def settle() -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self._post(settle)

    def _deliver(self, report: AgentReport) -> None:
        if self._entry.task.on_report and not self._entry.future.done():
            self._entry.task.on_report(report)

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            log.debug("A call ended after the operator's loop was closed")


@dataclass(eq=False)
class _Entry:
    """One task from submission to the end of its future."""

    task: RemoteTask[Any]
    future: asyncio.Future[Any]
    queued_at: float
    running: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    cancelled_at: float | None = None


@dataclass(eq=False)
class _Queue:
    """One lane: what waits, and how many work."""

    workers: int
    waiting: list[_Entry] = field(default_factory=list)
    running: int = 0


class RemoteTaskService:
    """The bounded executor. Everything but the calls themselves happens on the event loop."""

    def __init__(
        self, metrics: Metrics, *, job_workers: int, fast_workers: int, grace: float = DEADLINE_GRACE_SECONDS
    ) -> None:
        self._metrics = metrics
        self._lanes = {Lane.JOB: _Queue(job_workers), Lane.FAST: _Queue(fast_workers)}
        self._entries: dict[str, _Entry] = {}
        self._slots: dict[str, int] = {}
        self._busy: dict[str, int] = {}
        self._grace = grace
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def submit(self, task: RemoteTask[T]) -> asyncio.Future[T]:
        """Queue a task and return its future at once; `ValueError` if its key is held already."""
        if task.key in self._entries:
            raise ValueError(f"a task with the key {task.key} is held already")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._closing:
            future.set_exception(CallCancelled("The operator is stopping."))
            return future
        entry = _Entry(task, future, time.monotonic())
        self._entries[task.key] = entry
        self._lanes[task.lane].waiting.append(entry)
        self._dispatch(task.lane)
        return future

    def state(self, key: str) -> TaskState | None:
        """Tell what is held under a key."""
        entry = self._entries.get(key)
        return None if entry is None else TaskState.RUNNING if entry.running else TaskState.QUEUED

    def cancel(self, key: str) -> None:
        """Drop a queued task, or ask a running one to stop; unknown keys are nothing to cancel."""
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.cancelled.set()
        entry.cancelled_at = entry.cancelled_at or time.monotonic()
        if not entry.running:
            queue = self._lanes[entry.task.lane]
            queue.waiting.remove(entry)
            self._end(entry, CallCancelled("The call was given up before it began."))
            self._measure(entry.task.lane)

    def set_slots(self, host: str, slots: int) -> None:
        """Set how many job-lane tasks may run on a host at a time."""
        if self._slots.get(host) != slots:
            self._slots[host] = slots
            self._dispatch(Lane.JOB)

    def forget_host(self, host: str) -> None:
        """Cancel a removed host's tasks and drop its slots."""
        for key in [entry.task.key for entry in self._entries.values() if entry.task.host == host]:
            self.cancel(key)
        self._slots.pop(host, None)

    async def close(self, grace_seconds: float) -> None:
        """Stop: drop what waits, let what runs go on for a while, then give it up. The runs go on on their hosts."""
        self._closing = True
        for entry in [entry for entry in self._entries.values() if not entry.running]:
            self.cancel(entry.task.key)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for key in list(self._entries):
            self.cancel(key)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        for task in self._tasks:
            task.cancel()

    # --- scheduling --------------------------------------------------------------------------------------------------

    def _dispatch(self, lane: Lane) -> None:
        """Start what may start, oldest first; a host without a free slot does not hold up the others."""
        queue = self._lanes[lane]
        for entry in list(queue.waiting):
            if queue.running >= queue.workers:
                break
            if not self._may_start(entry):
                continue
            queue.waiting.remove(entry)
            queue.running += 1
            entry.running = True
            if lane is Lane.JOB:
                self._busy[entry.task.host] = self._busy.get(entry.task.host, 0) + 1
            self._metrics.task_started(lane.value, entry.task.category, time.monotonic() - entry.queued_at)
            task = asyncio.create_task(self._work(entry))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._measure(lane)

    def _may_start(self, entry: _Entry) -> bool:
        """Per-host slots; this is also where a host's circuit breaker has its say."""
        host = entry.task.host
        return entry.task.lane is not Lane.JOB or self._busy.get(host, 0) < self._slots.get(host, 1)

    async def _work(self, entry: _Entry) -> None:
        error: BaseException | None = None
        result: object = None
        try:
            result = await self._call(entry)
        except asyncio.CancelledError:
            error = CallCancelled("The operator is stopping.")
        except Exception as raised:  # noqa: BLE001 - whatever a call raises is its own future's result and nobody else's
            error = raised
        task, queue = entry.task, self._lanes[entry.task.lane]
        queue.running -= 1
        if task.lane is Lane.JOB:
            left = self._busy[task.host] - 1
            if left:
                self._busy[task.host] = left
            else:
                del self._busy[task.host]
        self._end(entry, error, result)
        if not self._closing:
            self._dispatch(task.lane)

    async def _call(self, entry: _Entry) -> object:
        task = entry.task
        call = await task.prepare()
        if entry.cancelled.is_set():
            raise CallCancelled("The call was given up before it began.")
        if task.on_start:
            task.on_start()
        loop = asyncio.get_running_loop()
        context, finished = _Context(entry, loop), loop.create_future()

        def run() -> None:
            try:
                value = call(context)
            except BaseException as error:  # noqa: BLE001 - it crosses to the event loop, where it is the future's result
                context.finish(finished, None, error)
            else:
                context.finish(finished, value, None)

        threading.Thread(target=run, name=f"{task.category}:{task.host}", daemon=True).start()
        return await self._wait(entry, finished)

    async def _wait(self, entry: _Entry, finished: asyncio.Future[object]) -> object:
        """Wait for the thread; give it up when it neither keeps its deadline nor heeds its cancellation."""
        gives_up = time.monotonic() + entry.task.deadline_seconds + self._grace
        while True:
            limit = gives_up
            if entry.cancelled_at is not None:
                limit = min(limit, entry.cancelled_at + _CANCEL_GRACE_SECONDS)
            left = limit - time.monotonic()
            if left <= 0:
                finished.cancel()
                log.error("A call hangs and was given up", extra={"host": entry.task.host})
                text = f"The call did not end within {entry.task.deadline_seconds:g} s and was given up."
                raise CallTimeout(text, effect_unknown=True)
            done, _ = await asyncio.wait({finished}, timeout=min(left, 5.0))
            if done:
                return finished.result()

    def _end(self, entry: _Entry, error: BaseException | None, result: object = None) -> None:
        self._entries.pop(entry.task.key, None)
        if entry.future.done():
            return
        if error is None:
            entry.future.set_result(result)
        else:
            entry.future.set_exception(error)

    def _measure(self, lane: Lane) -> None:
        queue = self._lanes[lane]
        self._metrics.lane_changed(lane.value, queued=len(queue.waiting), running=queue.running, workers=queue.workers)
