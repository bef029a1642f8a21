"""The executor's state as JSON: numbers by lane, host and category. It names no machine and holds no secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True)
class HostSummary:
    """The tasks of one host in a lane."""

    queued: int
    running: int
    slots: int


@dataclass(frozen=True)
class LaneSummary:
    """One lane. `workers` is the current limit of running tasks, between `min` and `max`."""

    queued: int
    running: int
    workers: int
    min: int
    max: int
    hanging: int
    hanging_limit: int
    hosts: dict[str, HostSummary]


@dataclass(frozen=True)
class TallySummary:
    """The number of tasks of a category that ended with a result: `ok`, or the class of the error."""

    lane: str
    category: str
    result: str
    count: int


@dataclass(frozen=True)
class BreakerSummary:
    """A circuit breaker that is not closed, or has recorded a failure."""

    state: str
    failures: int
    cooldown_remaining_seconds: float


@dataclass(frozen=True)
class ExecutorSummary:
    """The whole executor."""

    closing: bool
    cpu: float
    """Share of the CPU limit."""
    memory: float
    """Share of the memory limit."""
    lanes: dict[str, LaneSummary]
    tallies: tuple[TallySummary, ...]
    refused: dict[str, int]
    """Tasks that an open circuit breaker refused, by host."""
    breakers: dict[str, BreakerSummary]

    def to_json(self) -> dict[str, JsonValue]:
        """Return the summary as JSON."""
        return {**asdict(self), "tallies": [asdict(tally) for tally in self.tallies]}
