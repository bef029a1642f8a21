"""The circuit breaker of one host: while the host does not answer, tasks for it fail at once.

The breaker opens after a number of consecutive failures. An open breaker lets probes pass at any time (they have a schedule of
their own), and after its cooldown a single other task, the trial. While a trial runs, the breaker is half-open and lets only
probes pass. The breaker starts and retries nothing itself, and does not affect running tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class State(Enum):
    """The state of a breaker: tasks pass while it is closed."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Event(Enum):
    """What changes the state of a breaker."""

    TRIAL = "a task passes an open breaker"
    SUCCESS = "the host answered, even if it refused the request"
    FAILURE = "the host did not answer"
    THRESHOLD_REACHED = "the host did not answer, and the number of consecutive failures has reached the threshold"
    INCONCLUSIVE = "a task ended without showing whether the host answers"


TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.CLOSED, Event.TRIAL): State.CLOSED,
    (State.CLOSED, Event.SUCCESS): State.CLOSED,
    (State.CLOSED, Event.FAILURE): State.CLOSED,
    (State.CLOSED, Event.THRESHOLD_REACHED): State.OPEN,
    (State.CLOSED, Event.INCONCLUSIVE): State.CLOSED,
    (State.OPEN, Event.TRIAL): State.HALF_OPEN,
    (State.OPEN, Event.SUCCESS): State.CLOSED,  # a task that was already running when the breaker opened
    (State.OPEN, Event.FAILURE): State.OPEN,
    (State.OPEN, Event.THRESHOLD_REACHED): State.OPEN,
    (State.OPEN, Event.INCONCLUSIVE): State.OPEN,
    (State.HALF_OPEN, Event.TRIAL): State.HALF_OPEN,
    (State.HALF_OPEN, Event.SUCCESS): State.CLOSED,
    (State.HALF_OPEN, Event.FAILURE): State.OPEN,
    (State.HALF_OPEN, Event.THRESHOLD_REACHED): State.OPEN,
    (State.HALF_OPEN, Event.INCONCLUSIVE): State.OPEN,  # the cooldown is already over: the next task is another trial
}


@dataclass(frozen=True)
class BreakerLimits:
    """When a breaker opens, and for how many seconds it then refuses every task but probes."""

    failure_threshold: int = 3
    cooldown_seconds: float = 15.0
    max_cooldown_seconds: float = 300.0
    """The cooldown doubles with each failed trial, up to this."""


class Breaker:
    """The circuit breaker of one host. Times are seconds of a monotonic clock."""

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        self._cooldown = limits.cooldown_seconds
        self._cooldown_ends_at = 0.0
        self.state = State.CLOSED
        self.failures = 0
        """Consecutive failures."""

    @property
    def is_healthy(self) -> bool:
        """Whether the breaker is closed and no failure is recorded, so that a success would change nothing."""
        return self.state is State.CLOSED and not self.failures

    def allow(self, now: float, *, probe: bool) -> bool:
        """Return whether a task may pass; one that passes an open breaker makes it half-open."""
        if self.state is State.CLOSED:
            return True
        if not probe and (self.state is State.HALF_OPEN or now < self._cooldown_ends_at):
            return False
        self._apply(Event.TRIAL)
        return True

    def record_success(self) -> None:
        """Record that the host answered, and close the breaker."""
        self.failures, self._cooldown = 0, self._limits.cooldown_seconds
        self._apply(Event.SUCCESS)

    def record_failure(self, now: float) -> bool:
        """Record that the host did not answer; return whether this opened the breaker."""
        self.failures += 1
        threshold_reached = self.failures >= self._limits.failure_threshold
        before = self._apply(Event.THRESHOLD_REACHED if threshold_reached else Event.FAILURE)
        if self.state is not State.OPEN or before is State.OPEN:
            return False
        if before is State.HALF_OPEN:
            self._cooldown = min(self._cooldown * 2, self._limits.max_cooldown_seconds)
        self._cooldown_ends_at = now + self._cooldown
        return True

    def record_inconclusive(self) -> None:
        """Record that a task ended without showing whether the host answers."""
        self._apply(Event.INCONCLUSIVE)

    def cooldown_remaining(self, now: float) -> float:
        """Return for how many more seconds an open breaker refuses every task but probes."""
        return max(0.0, self._cooldown_ends_at - now) if self.state is State.OPEN else 0.0

    def _apply(self, event: Event) -> State:
        """Change the state and return the previous one."""
        before, self.state = self.state, TRANSITIONS[self.state, event]
        return before
