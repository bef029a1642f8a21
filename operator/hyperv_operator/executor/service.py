"""RemoteTaskService: blocking calls in threads, bounded by lane and by host, with deadlines and cancellation.

A call has a worker of its own while it runs. One that hangs past its deadline is given up and its worker is replaced; no
failure of a call reaches a sibling. Everything but the calls themselves happens on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from hyperv_operator.errors import CallCancelled, CallTimeout, CircuitOpen
from hyperv_operator.executor.breakers import Breakers
from hyperv_operator.executor.call import Call
from hyperv_operator.executor.diagnostics import ExecutorSummary, TallySummary
from hyperv_operator.executor.lane import LaneScheduler
from hyperv_operator.executor.options import Options
from hyperv_operator.executor.scaling import IDLE, Sample
from hyperv_operator.ports import Lane, Metrics, RemoteTask, T, TaskContext, TaskState

_STOPPING = "The operator is stopping."
_NEVER_BEGAN = "The call was given up before it began."


class RemoteTaskService:
    """The bounded executor."""

    def __init__(self, metrics: Metrics, options: Options, sampler: Callable[[], Sample] = lambda: IDLE) -> None:
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
        self._calls: dict[str, Call] = {}
        self._preparing: dict[Call, asyncio.Task[None]] = {}
        self._tallies: Counter[tuple[str, str, str]] = Counter()
        self._pulse: asyncio.TimerHandle | None = None
        self._holding = False
        self._closing = False
        self._empty = asyncio.Event()
        for scheduler in self._lanes.values():
            scheduler.tidy()

    # --- what the operator sees --------------------------------------------------------------------------------------

    def submit(self, task: RemoteTask[T]) -> asyncio.Future[T]:
        """Queue a task and return its future at once.

        `ValueError` if its key is held already or its category has no deadline. The future ends with `CircuitOpen` at once
        while the host's breaker is open, with `CallCancelled` while the operator stops.
        """
        if task.key in self._calls:
            raise ValueError(f"a task with the key {task.key} is held already")
        deadline = self._options.deadlines.get(task.category)
        if deadline is None:
            raise ValueError(f"the category {task.category} has no deadline")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        call = Call(task, future, deadline)
        refusal = (
            CallCancelled(_STOPPING)
            if self._closing
            else self._breakers.admit(task.host, time.monotonic(), probe=task.probe)
        )
        if refusal is not None:
            self._tally(call, refusal)
            future.set_exception(refusal)
            return future
        self._calls[task.key] = call
        scheduler = self._lanes[task.lane]
        scheduler.queue.add(task.host, task.key, call)
        future.add_done_callback(lambda ended: self._abandoned(call) if ended.cancelled() else None)
        self._dispatch(scheduler)
        return future

    def state(self, key: str) -> TaskState | None:
        """Tell what is held under a key."""
        call = self._calls.get(key)
        return None if call is None else TaskState.RUNNING if call.running else TaskState.QUEUED

    def cancel(self, key: str) -> None:
        """Drop a queued task, or ask a running one to stop; unknown keys are nothing to cancel."""
        call = self._calls.get(key)
        if call is None:
            return
        if call.running:
            call.cancel(self._options.cancel_grace)
        else:
            self._drop(call, CallCancelled(_NEVER_BEGAN))
            self._lanes[call.task.lane].tidy()

    def set_slots(self, host: str, slots: int) -> None:
        """Set how many job-lane tasks may run on a host at a time."""
        scheduler = self._lanes[Lane.JOB]
        if scheduler.queue.set_slots(host, slots):
            self._dispatch(scheduler)

    def forget_host(self, host: str) -> None:
        """Cancel a removed host's tasks, drop its slots and its breaker."""
        for key in [call.task.key for call in self._calls.values() if call.task.host == host]:
            self.cancel(key)
        for scheduler in self._lanes.values():
            scheduler.queue.forget(host)
        self._breakers.forget(host)

    def stop_starting(self) -> None:
        """Start nothing any more: the stop has been asked for, and `close` follows."""
        self._holding = True

    async def close(self, grace_seconds: float) -> None:
        """Stop: nothing starts any more, what waits is dropped, what runs may go on for a while and is cancelled then.

        Returns once nothing runs, or `grace_seconds` and `Options.stop_grace` later. The runs go on on their hosts.
        """
        self._holding = self._closing = True
        if self._pulse:
            self._pulse.cancel()
        for call in [call for call in self._calls.values() if not call.running]:
            self._drop(call, CallCancelled(_STOPPING))
        await self._until_empty(grace_seconds)
        for preparation in self._preparing.values():
            preparation.cancel()
        for call in self._calls.values():
            call.cancel(self._options.stop_grace)
        # Calls are given up by their own timers after the same time; this is only a bound.
        await self._until_empty(self._options.stop_grace + 1)
        for scheduler in self._lanes.values():
            scheduler.tidy(keep=False)

    def get_metrics(self) -> ExecutorSummary:
        """Return depth, workers, tallies and breakers as they are."""
        now = time.monotonic()
        return ExecutorSummary(
            closing=self._closing,
            cpu=round(self._sample.cpu, 3),
            memory=round(self._sample.memory, 3),
            lanes={lane.value: scheduler.summary() for lane, scheduler in self._lanes.items()},
            tallies=tuple(TallySummary(*labels, count) for labels, count in sorted(self._tallies.items())),
            refused=dict(sorted(self._breakers.refused.items())),
            breakers=self._breakers.summary(now),
        )

    def exhausted(self) -> str | None:
        """Say which lane can run nothing any more because all its calls hang, or return None."""
        return next((problem for scheduler in self._lanes.values() if (problem := scheduler.exhausted())), None)

    # --- scheduling --------------------------------------------------------------------------------------------------

    def _dispatch(self, scheduler: LaneScheduler) -> None:
        """Start what may start."""
        if self._holding:
            return
        now = time.monotonic()
        if now - self._sampled_at >= self._options.sample_every:
            self._sample, self._sampled_at = self._sampler(), now
        while call := scheduler.next(self._sample, now):
            self._start(scheduler, call, now)
        scheduler.tidy()
        if self._pulse is None and scheduler.needs_watch:
            self._pulse = asyncio.get_running_loop().call_later(self._options.sample_every, self._beat)

    def _beat(self) -> None:
        self._pulse = None
        for scheduler in self._lanes.values():
            self._dispatch(scheduler)

    def _start(self, scheduler: LaneScheduler, call: Call, now: float) -> None:
        call.running, call.started_at = True, now
        self._metrics.task_started(scheduler.lane.value, call.task.category, now - call.queued_at)
        self._preparing[call] = asyncio.create_task(self._prepare(scheduler, call))

    async def _prepare(self, scheduler: LaneScheduler, call: Call) -> None:
        """Do what comes before the blocking call, and begin it."""
        error: Exception | None = None
        bound = asyncio.timeout(self._options.preparation)
        try:
            async with bound:
                function = await call.task.prepare()
            if call.is_cancelled() or self._holding:
                error = CallCancelled(_NEVER_BEGAN)
            else:
                self._begin(scheduler, call, function)
        except asyncio.CancelledError:
            error = CallCancelled(_STOPPING)
        except Exception as raised:  # noqa: BLE001 - whatever a call raises is its own future's result and nobody else's
            late = f"What the call needs could not be had within {self._options.preparation:g} s; nothing was called."
            error = CallTimeout(late) if bound.expired() else raised
        del self._preparing[call]
        if error is not None:
            self._end(scheduler, call, error=error)

    def _begin(self, scheduler: LaneScheduler, call: Call, function: Callable[[TaskContext], Any]) -> None:
        host = call.task.host
        if call.task.on_start:
            call.task.on_start()

        def returned(call: Call, result: object, error: BaseException | None) -> None:
            self._returned(scheduler, call, result, error)

        call.heard = lambda: self._breakers.heard(host, time.monotonic())
        grace = self._options.deadline_grace
        call.begin(scheduler.lend(), function, returned, lambda call: self._give_up(scheduler, call), grace)

    def _returned(self, scheduler: LaneScheduler, call: Call, result: object, error: BaseException | None) -> None:
        assert call.worker is not None
        if call.given_up:
            scheduler.returned(call.worker, call.task.host)
            self._dispatch(scheduler)
            return
        scheduler.take_back(call.worker)
        answered = True if error is None else getattr(error, "host_answered", None)
        self._end(scheduler, call, result, error, answered=answered)

    def _give_up(self, scheduler: LaneScheduler, call: Call) -> None:
        assert call.worker is not None
        call.given_up = True
        scheduler.abandon(call.worker, call.task.host)
        self._end(scheduler, call, error=call.hung(), answered=False)

    # --- endings -----------------------------------------------------------------------------------------------------

    def _end(
        self,
        scheduler: LaneScheduler,
        call: Call,
        result: object = None,
        error: BaseException | None = None,
        *,
        answered: bool | None = None,
    ) -> None:
        """End a call that has left the queue."""
        scheduler.ended(call.task.host)
        word, now = self._tally(call, error), time.monotonic()
        self._metrics.task_finished(scheduler.lane.value, call.task.category, word, now - call.started_at)
        # The breaker first: whoever awaits the future may submit the next call at once.
        self._settle(call, result, error, answered=answered)
        self._dispatch(scheduler)

    def _drop(self, call: Call, error: CallCancelled | CircuitOpen) -> None:
        """End a call that is still queued."""
        self._lanes[call.task.lane].queue.remove(call.task.host, call.task.key)
        self._tally(call, error)
        self._settle(call, None, error, answered=None)

    def _settle(self, call: Call, result: object, error: BaseException | None, *, answered: bool | None) -> None:
        del self._calls[call.task.key]
        host = call.task.host
        if self._breakers.ended(host, answered, error, time.monotonic()):
            self._refuse_waiting(host)
        call.settle(result, error)
        if not self._calls:
            self._empty.set()

    def _refuse_waiting(self, host: str) -> None:
        """The host's breaker has opened: what waits for it, but for probes, need not wait for the same failure."""
        for scheduler in self._lanes.values():
            for call in scheduler.queue.waiting_on(host):
                if not call.task.probe:
                    self._drop(call, self._breakers.refusal(host))
            scheduler.tidy()

    def _abandoned(self, call: Call) -> None:
        """Whoever awaited a call does not any more."""
        if self._calls.get(call.task.key) is call:
            self.cancel(call.task.key)

    def _tally(self, call: Call, error: BaseException | None) -> str:
        word = "ok" if error is None else type(error).__name__
        self._tallies[call.task.lane.value, call.task.category, word] += 1
        return word

    async def _until_empty(self, seconds: float) -> None:
        self._empty.clear()
        if self._calls:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)
