"""What the executor tells of itself: numbers by lane, host and category. Nothing in it names a machine or holds a secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True)
class HostSummary:
    """One host's share of a lane."""

    queued: int
    running: int
    slots: int


@dataclass(frozen=True)
class LaneSummary:
    """One lane. `workers` may run at a time now, between `min` and `max`."""

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
    """How many calls of a category have ended with a result: `ok`, or the class of the error."""

    lane: str
    category: str
    result: str
    count: int


@dataclass(frozen=True)
class BreakerSummary:
    """A breaker that has something to tell: it is not closed, or the host did not answer its last call."""

    state: str
    failures: int
    pause_left_seconds: float


@dataclass(frozen=True)
class ExecutorSummary:
    """The whole executor."""

    closing: bool
    cpu: float
    """Share of the processor that the process may use."""
    memory: float
    lanes: dict[str, LaneSummary]
    tallies: tuple[TallySummary, ...]
    refused: dict[str, int]
    """Calls that an open breaker refused, by host."""
    breakers: dict[str, BreakerSummary]

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as JSON."""
        return {**asdict(self), "tallies": [asdict(one) for one in self.tallies]}
