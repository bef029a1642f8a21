"""One lane: its queue, its worker limit and its threads."""

from __future__ import annotations

import logging

from hyperv_operator.executor.diagnostics import HostSummary, LaneSummary
from hyperv_operator.executor.fairness import FairQueue
from hyperv_operator.executor.scaling import Bounds, Demand, Pace, Sample, Workers, scale
from hyperv_operator.executor.scheduled_task import ScheduledTask, TaskState
from hyperv_operator.executor.threads import ThreadPool, Worker
from hyperv_operator.ports import Lane, Metrics

log = logging.getLogger(__name__)


class LaneScheduler:
    """One lane's queue, worker limit and threads. Used on the event loop only."""

    def __init__(
        self, lane: Lane, metrics: Metrics, bounds: Bounds, pace: Pace, *, slots: int, hanging_limit: int
    ) -> None:
        self.lane = lane
        # One worker less than the lane's maximum, so that no single host can occupy all of them.
        self.queue: FairQueue[ScheduledTask] = FairQueue(slots=slots, max_slots=max(1, bounds.max - 1))
        self.running = 0
        self._threads = ThreadPool()
        self._metrics = metrics
        self._bounds = bounds
        self._pace = pace
        self._hanging_limit = hanging_limit
        self._workers = Workers(bounds.min)
        self._published_hanging: int | None = None

    @property
    def capacity(self) -> int:
        """How many tasks may run: the worker limit, less the hanging threads beyond the number that is replaced."""
        return max(0, self._workers.count - max(0, len(self._threads.hanging) - self._hanging_limit))

    @property
    def needs_rescaling(self) -> bool:
        """Whether the passing of time alone may change the worker limit."""
        return self.queue.ready > 0 or self._workers.count > self._bounds.min

    def start_next(self, sample: Sample, now: float) -> ScheduledTask | None:
        """Rescale the lane, and take the next task from the queue if it may run."""
        demand = Demand(self.running, self.queue.ready, self.queue.starved)
        self._workers = scale(self._workers, demand, sample, now, self._bounds, self._pace)
        scheduled = self.queue.take() if self.running < self.capacity else None
        if scheduled is not None:
            self.running += 1
            scheduled.state, scheduled.started_at = TaskState.RUNNING, now
        return scheduled

    def release_slot(self, host: str) -> None:
        """Free the worker and the slot of a task that has ended or was abandoned."""
        self.running -= 1
        self.queue.release(host)

    def acquire_worker(self) -> Worker:
        """Return a thread for a task."""
        return self._threads.acquire()

    def release_worker(self, worker: Worker) -> None:
        """Return the thread of a task that has ended."""
        self._threads.release(worker)

    def abandon_worker(self, worker: Worker, host: str) -> None:
        """Count a thread as hanging; it is replaced while no more than `hanging_limit` threads hang."""
        self._threads.abandon(worker)
        hanging = len(self._threads.hanging)
        log.error(
            "A call hangs and was abandoned; lane %s has %d hanging calls",
            self.lane.value,
            hanging,
            extra={"host": host},
        )
        if hanging == self._hanging_limit:
            log.error(
                "Lane %s has %d hanging calls: the workers of further ones are not replaced. Find out what their hosts have in "
                "common. A restart of the operator ends the calls; runs continue on their hosts.",
                self.lane.value,
                hanging,
            )

    def forget_worker(self, worker: Worker, host: str) -> None:
        """Stop counting a thread as hanging, because its abandoned task has returned after all."""
        self._threads.forget(worker)
        log.info("An abandoned call has returned", extra={"host": host})

    def exhausted(self) -> str | None:
        """Return a message if hanging calls occupy every worker, otherwise None."""
        if self.capacity:
            return None
        return f"lane {self.lane.value} has no worker left: {len(self._threads.hanging)} calls hang"

    def refresh(self) -> None:
        """Stop surplus threads and set the gauges."""
        self._threads.trim(self.capacity)
        self._publish()

    def shut_down(self) -> None:
        """Stop every idle thread and set the gauges."""
        self._threads.trim(0)
        self._publish()

    def _publish(self) -> None:
        name, hanging = self.lane.value, len(self._threads.hanging)
        self._metrics.lane_changed(
            name, queued=self.queue.depth, running=self.running, workers=self.capacity, max_workers=self._bounds.max
        )
        if hanging != self._published_hanging:
            self._metrics.calls_hang(name, count=hanging, alarm=hanging >= self._hanging_limit)
            self._published_hanging = hanging

    def summary(self) -> LaneSummary:
        """Return the lane's part of the diagnostics."""
        hosts = {
            host: HostSummary(queued, running, self.queue.slots(host))
            for host, (queued, running) in self.queue.by_host().items()
        }
        return LaneSummary(
            queued=self.queue.depth,
            running=self.running,
            workers=self.capacity,
            min=self._bounds.min,
            max=self._bounds.max,
            hanging=len(self._threads.hanging),
            hanging_limit=self._hanging_limit,
            hosts=hosts,
        )
