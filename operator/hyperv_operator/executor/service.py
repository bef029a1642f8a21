"""RemoteTaskService: blocking functions in threads, limited per lane and per host, with deadlines and cancellation.

A task occupies one worker while it runs. A task that hangs past its deadline is abandoned and its worker is replaced. A failing
task affects no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hyperv_operator.errors import CallCancelled, CallTimeout, CircuitOpen, HostError
from hyperv_operator.executor.breaker import BreakerLimits
from hyperv_operator.executor.breakers import Breakers
from hyperv_operator.executor.diagnostics import ExecutorSummary, TallySummary
from hyperv_operator.executor.lane import LaneScheduler
from hyperv_operator.executor.scaling import IDLE, Bounds, Pace, Sample
from hyperv_operator.executor.scheduled_task import ScheduledTask, TaskState
from hyperv_operator.executor.threads import Worker
from hyperv_operator.ports import Lane, Metrics, RemoteTask, T, TaskContext, TaskHeld

_STOPPING = "The operator is stopping."
_NEVER_STARTED = "The call was cancelled before it started."


@dataclass(frozen=True)
class ExecutorOptions:
    """Limits and timeouts. Durations are seconds."""

    deadlines: Mapping[str, float]
    """By category: how long a task may run."""
    job: Bounds = field(default_factory=lambda: Bounds(2, 16))
    fast: Bounds = field(default_factory=lambda: Bounds(2, 16))
    pace: Pace = field(default_factory=Pace)
    fast_slots: int = 2
    """How many fast-lane tasks may run on a host at a time."""
    deadline_grace: float = 30.0
    """A task should return at its deadline; this much later it is abandoned."""
    cancel_grace: float = 60.0
    """A cancelled task that has not returned after this is abandoned."""
    stop_grace: float = 5.0
    """The same while the operator stops."""
    preparation_timeout: float = 120.0
    hanging_limit: int = 8
    """How many hanging threads of a lane are replaced; reaching this number raises the alarm."""
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    sample_interval: float = 1.0


class RemoteTaskService:
    """The bounded executor."""

    def __init__(
        self, metrics: Metrics, options: ExecutorOptions, sampler: Callable[[], Sample] = lambda: IDLE
    ) -> None:
        self._metrics = metrics
        self._options = options
        self._sampler = sampler
        self._sample, self._sampled_at = IDLE, time.monotonic()
        bounds = {Lane.JOB: (options.job, 1), Lane.FAST: (options.fast, options.fast_slots)}
        self._lanes = {
            lane: LaneScheduler(lane, metrics, limits, options.pace, slots=slots, hanging_limit=options.hanging_limit)
            for lane, (limits, slots) in bounds.items()
        }
        self._breakers = Breakers(options.breaker, metrics)
        self._held: dict[str, ScheduledTask] = {}
        self._preparing: dict[ScheduledTask, asyncio.Task[None]] = {}
        self._tallies: Counter[tuple[str, str, str]] = Counter()
        self._rescale_timer: asyncio.TimerHandle | None = None
        self._draining = False
        self._closing = False
        self._empty = asyncio.Event()
        for lane in self._lanes.values():
            lane.refresh()

    # --- the interface -----------------------------------------------------------------------------------------------

    def submit(self, task: RemoteTask[T]) -> asyncio.Future[T]:
        """Queue a task and return its future at once.

        `TaskHeld` if its key is already held, `ValueError` if its category has no deadline. The future fails at once with `CircuitOpen`
        while the host's circuit breaker is open, and with `CallCancelled` while the operator stops.
        """
        if task.key in self._held:
            raise TaskHeld(f"a task with the key {task.key} is already held")
        deadline = self._options.deadlines.get(task.category)
        if deadline is None:
            raise ValueError(f"the category {task.category} has no deadline")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        refusal = (
            CallCancelled(_STOPPING)
            if self._closing
            else self._breakers.check(task.host, time.monotonic(), probe=task.probe)
        )
        if refusal is not None:
            self._tally(task, refusal)
            future.set_exception(refusal)
            return future
        scheduled = ScheduledTask(
            task, future, deadline, lambda: self._breakers.record_report(task.host, time.monotonic())
        )
        self._held[task.key] = scheduled
        lane = self._lanes[task.lane]
        lane.queue.add(task.host, task.key, scheduled, share=task.share, urgent=task.urgent)
        future.add_done_callback(lambda done: self._on_future_cancelled(scheduled) if done.cancelled() else None)
        self._dispatch(lane)
        return future

    def state(self, key: str) -> TaskState | None:
        """Return the state of the task with this key; None if it is not held."""
        scheduled = self._held.get(key)
        return scheduled.state if scheduled else None

    def cancel(self, key: str) -> None:
        """Drop a queued task, or ask a running one to stop; unknown keys are ignored."""
        scheduled = self._held.get(key)
        if scheduled is None:
            return
        if scheduled.state is TaskState.RUNNING:
            scheduled.cancel(self._options.cancel_grace)
        else:
            self._drop(scheduled, CallCancelled(_NEVER_STARTED))
            self._lanes[scheduled.task.lane].refresh()

    def set_slots(self, host: str, slots: int) -> None:
        """Set how many job-lane tasks may run on a host at a time."""
        lane = self._lanes[Lane.JOB]
        if lane.queue.set_slots(host, slots):
            self._dispatch(lane)

    def forget_host(self, host: str) -> None:
        """Cancel a removed host's tasks and drop its slots and circuit breaker."""
        for key in [key for key, scheduled in self._held.items() if scheduled.task.host == host]:
            self.cancel(key)
        for lane in self._lanes.values():
            lane.queue.forget(host)
        self._breakers.forget(host)

    def drain(self) -> None:
        """Start no more tasks. Called when the operator is asked to stop; `close` follows."""
        self._draining = True

    async def close(self, grace_seconds: float) -> None:
        """Drop queued tasks, let running ones finish within `grace_seconds`, then cancel them.

        Returns once no task is held, at the latest `ExecutorOptions.stop_grace` after the grace period. Runs continue on their hosts.
        """
        self._draining = self._closing = True
        if self._rescale_timer:
            self._rescale_timer.cancel()
        for scheduled in [one for one in self._held.values() if one.state is TaskState.QUEUED]:
            self._drop(scheduled, CallCancelled(_STOPPING))
        await self._wait_until_empty(grace_seconds)
        for preparation in self._preparing.values():
            preparation.cancel()
        for scheduled in self._held.values():
            scheduled.cancel(self._options.stop_grace)
        # Cancelled tasks are abandoned after the same time, so this timeout is only a safeguard.
        await self._wait_until_empty(self._options.stop_grace + 1)
        for lane in self._lanes.values():
            lane.shut_down()

    def get_metrics(self) -> ExecutorSummary:
        """Return the current queues, workers, tallies and circuit breakers."""
        now = time.monotonic()
        return ExecutorSummary(
            closing=self._closing,
            cpu=round(self._sample.cpu, 3),
            memory=round(self._sample.memory, 3),
            lanes={name.value: lane.summary() for name, lane in self._lanes.items()},
            tallies=tuple(TallySummary(*labels, count) for labels, count in sorted(self._tallies.items())),
            refused=dict(sorted(self._breakers.refused.items())),
            breakers=self._breakers.summary(now),
        )

    def exhausted(self) -> str | None:
        """Return a message if hanging calls occupy every worker of a lane, otherwise None."""
        return next((problem for lane in self._lanes.values() if (problem := lane.exhausted())), None)

    # --- scheduling --------------------------------------------------------------------------------------------------

    def _dispatch(self, lane: LaneScheduler) -> None:
        """Start every task of a lane that may run."""
        if self._draining:
            return
        now = time.monotonic()
        if now - self._sampled_at >= self._options.sample_interval:
            self._sample, self._sampled_at = self._sampler(), now
        while scheduled := lane.start_next(self._sample, now):
            self._metrics.task_started(lane.lane.value, scheduled.task.category, now - scheduled.queued_at)
            self._preparing[scheduled] = asyncio.create_task(self._prepare(lane, scheduled))
        lane.refresh()
        if self._rescale_timer is None and lane.needs_rescaling:
            self._rescale_timer = asyncio.get_running_loop().call_later(self._options.sample_interval, self._rescale)

    def _rescale(self) -> None:
        self._rescale_timer = None
        for lane in self._lanes.values():
            self._dispatch(lane)

    async def _prepare(self, lane: LaneScheduler, scheduled: ScheduledTask) -> None:
        """Await the task's `prepare`, then start its blocking function."""
        error: Exception | None = None
        timeout = asyncio.timeout(self._options.preparation_timeout)
        try:
            async with timeout:
                function = await scheduled.task.prepare()
            if scheduled.is_cancelled() or self._draining:
                error = CallCancelled(_NEVER_STARTED)
            else:
                self._start(lane, scheduled, function)
        except asyncio.CancelledError:
            error = CallCancelled(_STOPPING)
        except Exception as raised:  # noqa: BLE001 - whatever a task raises is the result of its own future only
            late = (
                f"The call was not made: its preparation did not finish within {self._options.preparation_timeout:g} s."
            )
            error = CallTimeout(late) if timeout.expired() else raised
        del self._preparing[scheduled]
        if error is not None:
            self._complete(lane, scheduled, error=error)

    def _start(self, lane: LaneScheduler, scheduled: ScheduledTask, function: Callable[[TaskContext], Any]) -> None:
        if scheduled.task.on_start:
            scheduled.task.on_start()
        worker = lane.acquire_worker()
        scheduled.start(
            worker,
            function,
            partial(self._on_return, lane, scheduled, worker),
            partial(self._abandon, lane, scheduled, worker),
            self._options.deadline_grace,
        )

    def _on_return(
        self,
        lane: LaneScheduler,
        scheduled: ScheduledTask,
        worker: Worker,
        result: object,
        error: BaseException | None,
    ) -> None:
        if scheduled.abandoned:
            lane.forget_worker(worker, scheduled.task.host)
            self._dispatch(lane)
            return
        lane.release_worker(worker)
        answered = True if error is None else error.host_answered if isinstance(error, HostError) else None
        self._complete(lane, scheduled, result, error, answered=answered)

    def _abandon(self, lane: LaneScheduler, scheduled: ScheduledTask, worker: Worker) -> None:
        scheduled.abandoned = True
        lane.abandon_worker(worker, scheduled.task.host)
        self._complete(lane, scheduled, error=scheduled.overrun_error(), answered=False)

    # --- completion --------------------------------------------------------------------------------------------------

    def _complete(
        self,
        lane: LaneScheduler,
        scheduled: ScheduledTask,
        result: object = None,
        error: BaseException | None = None,
        *,
        answered: bool | None = None,
    ) -> None:
        """Complete a task that has left the queue."""
        lane.release_slot(scheduled.task.host)
        label, now = self._tally(scheduled.task, error), time.monotonic()
        self._metrics.task_finished(lane.lane.value, scheduled.task.category, label, now - scheduled.started_at)
        self._finish(scheduled, result, error, answered=answered)
        self._dispatch(lane)

    def _drop(self, scheduled: ScheduledTask, error: CallCancelled | CircuitOpen) -> None:
        """Complete a task that is still queued."""
        self._lanes[scheduled.task.lane].queue.remove(scheduled.task.host, scheduled.task.key)
        self._tally(scheduled.task, error)
        self._finish(scheduled, None, error, answered=None)

    def _finish(
        self, scheduled: ScheduledTask, result: object, error: BaseException | None, *, answered: bool | None
    ) -> None:
        del self._held[scheduled.task.key]
        host = scheduled.task.host
        # Before the future is done, because its owner may then submit the next task at once.
        if self._breakers.record(host, answered, error, time.monotonic()):
            self._refuse_queued(host)
        scheduled.finish(result, error)
        if not self._held:
            self._empty.set()

    def _refuse_queued(self, host: str) -> None:
        """Drop a host's queued tasks except probes, because its circuit breaker has opened."""
        for lane in self._lanes.values():
            for scheduled in lane.queue.queued_on(host):
                if not scheduled.task.probe:
                    self._drop(scheduled, self._breakers.refuse(host))
            lane.refresh()

    def _on_future_cancelled(self, scheduled: ScheduledTask) -> None:
        if self._held.get(scheduled.task.key) is scheduled:
            self.cancel(scheduled.task.key)

    def _tally(self, task: RemoteTask[Any], error: BaseException | None) -> str:
        """Count a task by its result and return the result's label."""
        label = "ok" if error is None else type(error).__name__
        self._tallies[task.lane.value, task.category, label] += 1
        return label

    async def _wait_until_empty(self, seconds: float) -> None:
        self._empty.clear()
        if self._held:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)
