"""One lane: what waits for it, how many may run, and the threads that run them."""

from __future__ import annotations

import logging

from hyperv_operator.executor.call import Call
from hyperv_operator.executor.diagnostics import HostSummary, LaneSummary
from hyperv_operator.executor.fairness import FairQueue
from hyperv_operator.executor.scaling import Bounds, Demand, Pace, Sample, Workers, scale
from hyperv_operator.executor.threads import ThreadPool, Worker
from hyperv_operator.ports import Lane, Metrics

log = logging.getLogger(__name__)


class LaneScheduler:
    """One lane's queue, workers and threads. Used on the event loop alone."""

    def __init__(
        self, lane: Lane, metrics: Metrics, bounds: Bounds, pace: Pace, *, slots: int, hanging_limit: int
    ) -> None:
        self.lane = lane
        # No host may have every place: the last one is for the others.
        self.queue: FairQueue[Call] = FairQueue(slots=slots, max_slots=max(1, bounds.max - 1))
        self.running = 0
        self._threads = ThreadPool()
        self._metrics = metrics
        self._bounds = bounds
        self._pace = pace
        self._hanging_limit = hanging_limit
        self._workers = Workers(bounds.min)
        self._told: int | None = None

    @property
    def count(self) -> int:
        """How many calls may run: the workers, less those that hang and are not replaced any more."""
        return max(0, self._workers.count - max(0, len(self._threads.hanging) - self._hanging_limit))

    @property
    def needs_watch(self) -> bool:
        """Tell whether time alone may change the number of workers."""
        return self.queue.ready > 0 or self._workers.count > self._bounds.min

    def next(self, sample: Sample, now: float) -> Call | None:
        """Return the call that may start now, if one may, and count it as running."""
        demand = Demand(self.running, self.queue.ready, self.queue.starved)
        self._workers = scale(self._workers, demand, sample, now, self._bounds, self._pace)
        call = self.queue.take() if self.running < self.count else None
        if call is not None:
            self.running += 1
        return call

    def ended(self, host: str) -> None:
        """A running call of the host has ended, or was given up."""
        self.running -= 1
        self.queue.release(host)

    def lend(self) -> Worker:
        """Return a thread for a call."""
        return self._threads.lend()

    def take_back(self, worker: Worker) -> None:
        """A call has returned in its time."""
        self._threads.take_back(worker)

    def abandon(self, worker: Worker, host: str) -> None:
        """A call was given up: its thread hangs, another takes its place as long as they are not too many."""
        self._threads.abandon(worker)
        hanging = len(self._threads.hanging)
        log.error("A call hangs and was given up; %d of lane %s hang", hanging, self.lane.value, extra={"host": host})
        if hanging == self._hanging_limit:
            log.error(
                "%d calls of lane %s hang: from now on their workers are not replaced. Find out what the hosts have in common; "
                "restarting the operator ends them, and runs go on on their hosts.",
                hanging,
                self.lane.value,
            )

    def returned(self, worker: Worker, host: str) -> None:
        """A call that was given up has returned after all."""
        self._threads.returned(worker)
        log.info("A call that was given up has returned", extra={"host": host})

    def exhausted(self) -> str | None:
        """Say that every place is taken by a call that hangs, or return None."""
        if self.count:
            return None
        return f"{len(self._threads.hanging)} calls of lane {self.lane.value} hang and no worker is left"

    def tidy(self, *, keep: bool = True) -> None:
        """End the threads that are not wanted any more, and set the gauges."""
        self._threads.keep(self.count if keep else 0)
        name, hanging = self.lane.value, len(self._threads.hanging)
        self._metrics.lane_changed(
            name, queued=self.queue.depth, running=self.running, workers=self.count, max_workers=self._bounds.max
        )
        if hanging != self._told:
            self._metrics.calls_hang(name, count=hanging, alarm=hanging >= self._hanging_limit)
            self._told = hanging

    def summary(self) -> LaneSummary:
        """Return what the diagnostics show."""
        hosts = {
            host: HostSummary(waiting, running, self.queue.slots(host))
            for host, (waiting, running) in self.queue.by_host().items()
        }
        return LaneSummary(
            queued=self.queue.depth,
            running=self.running,
            workers=self.count,
            min=self._bounds.min,
            max=self._bounds.max,
            hanging=len(self._threads.hanging),
            hanging_limit=self._hanging_limit,
            hosts=hosts,
        )
