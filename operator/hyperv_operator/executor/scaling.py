"""How many workers a lane may have: up quickly while tasks wait, down slowly, within bounds and what the container has left.

A worker is a place for a call, not a thread that burns a processor: calls mostly wait for the network. So every host that has
work and nothing running gets a place of its own at once, even while the processor is busy; what a busy processor holds back
is more of the same. Memory is another matter: without it nothing is added, as the process would be killed with all it does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Bounds:
    """The bounds of the workers of a lane."""

    min: int
    max: int


@dataclass(frozen=True)
class Sample:
    """Shares of what the process may use: 0 is none of it, 1 all of it."""

    cpu: float
    memory: float


IDLE = Sample(0.0, 0.0)


@dataclass(frozen=True)
class Demand:
    """What a lane has to do."""

    running: int
    ready: int
    """Tasks that could start if there were workers."""
    starved: int
    """Hosts that have such tasks and nothing running."""


@dataclass(frozen=True)
class Pace:
    """How quickly workers come and go. Durations are seconds."""

    up_seconds: float = 1.0
    """Workers are doubled at most this often."""
    down_seconds: float = 30.0
    """One worker goes after each such time during which fewer would have done."""
    cpu_limit: float = 0.85
    memory_limit: float = 0.85


@dataclass(frozen=True)
class Workers:
    """How many there may be now, and since when; times are seconds of a monotonic clock."""

    count: int
    raised_at: float | None = None
    slack_since: float | None = None
    """Since when fewer would do; None while all are wanted."""


def scale(workers: Workers, demand: Demand, sample: Sample, now: float, bounds: Bounds, pace: Pace) -> Workers:
    """Return how many workers there may be from now on."""
    if sample.memory >= pace.memory_limit:
        return _shed(workers, demand, now, bounds)
    wanted = max(bounds.min, min(bounds.max, demand.running + demand.ready))
    if wanted < workers.count:
        return _lower(workers, now, bounds, pace)
    if wanted == workers.count:
        return replace(workers, slack_since=None) if workers.slack_since is not None else workers
    floor = min(bounds.max, demand.running + demand.starved)
    count = max(workers.count, floor)
    rested = workers.raised_at is None or now - workers.raised_at >= pace.up_seconds
    if rested and sample.cpu < pace.cpu_limit:
        return Workers(max(count, min(wanted, workers.count * 2)), raised_at=now)
    return Workers(count, raised_at=workers.raised_at)


def _shed(workers: Workers, demand: Demand, now: float, bounds: Bounds) -> Workers:
    """Memory is short: no worker that has nothing to do is kept, and none is added. Calls that run are never cut."""
    count = max(bounds.min, min(workers.count, demand.running))
    return workers if count == workers.count else Workers(count, raised_at=now)


def _lower(workers: Workers, now: float, bounds: Bounds, pace: Pace) -> Workers:
    if workers.slack_since is None:
        return replace(workers, slack_since=now)
    if now - workers.slack_since < pace.down_seconds:
        return workers
    return replace(workers, count=max(bounds.min, workers.count - 1), slack_since=now)
