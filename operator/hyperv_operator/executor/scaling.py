"""Scaling of a lane's worker limit: quickly up while tasks are queued, slowly down, within its bounds and the container's limits.

Workers mostly wait for the network, so a busy CPU is no reason to let a host wait: a host with ready tasks and none running
adds a worker at once. A busy CPU only stops the limit from growing further for hosts that already run tasks. Short memory stops
all growth, because the kernel would kill the whole process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest worker limit of a lane."""

    min: int
    max: int


@dataclass(frozen=True)
class Sample:
    """CPU and memory use as shares of the limits, from 0 to 1."""

    cpu: float
    memory: float


IDLE = Sample(0.0, 0.0)


@dataclass(frozen=True)
class Demand:
    """The tasks of a lane."""

    running: int
    ready: int
    """Queued tasks that only lack a worker."""
    starved: int
    """Hosts that have ready tasks and none running."""


@dataclass(frozen=True)
class Pace:
    """How quickly the worker limit changes. Durations are seconds."""

    up_seconds: float = 1.0
    """The limit doubles at most this often."""
    down_seconds: float = 30.0
    """The limit drops by one after each period of this length in which a lower limit would have been enough."""
    cpu_limit: float = 0.85
    memory_limit: float = 0.85


@dataclass(frozen=True)
class Workers:
    """The current worker limit of a lane. Times are seconds of a monotonic clock."""

    count: int
    raised_at: float | None = None
    surplus_since: float | None = None
    """Since when a lower limit would be enough; None while all workers are needed."""


def scale(workers: Workers, demand: Demand, sample: Sample, now: float, bounds: Bounds, pace: Pace) -> Workers:
    """Return the new worker limit."""
    if sample.memory >= pace.memory_limit:
        return _shed(workers, demand, now, bounds)
    wanted = max(bounds.min, min(bounds.max, demand.running + demand.ready))
    if wanted < workers.count:
        return _lower(workers, now, bounds, pace)
    if wanted == workers.count:
        return replace(workers, surplus_since=None) if workers.surplus_since is not None else workers
    floor = min(bounds.max, demand.running + demand.starved)
    count = max(workers.count, floor)
    rested = workers.raised_at is None or now - workers.raised_at >= pace.up_seconds
    if rested and sample.cpu < pace.cpu_limit:
        return Workers(max(count, min(wanted, workers.count * 2)), raised_at=now)
    return Workers(count, raised_at=workers.raised_at)


def _shed(workers: Workers, demand: Demand, now: float, bounds: Bounds) -> Workers:
    """Drop idle workers and add none, because memory is short. Running tasks are never stopped."""
    count = max(bounds.min, min(workers.count, demand.running))
    return workers if count == workers.count else Workers(count, raised_at=now)


def _lower(workers: Workers, now: float, bounds: Bounds, pace: Pace) -> Workers:
    if workers.surplus_since is None:
        return replace(workers, surplus_since=now)
    if now - workers.surplus_since < pace.down_seconds:
        return workers
    return replace(workers, count=max(bounds.min, workers.count - 1), surplus_since=now)
