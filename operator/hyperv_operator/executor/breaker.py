"""One host's host_breaker breaker: calls to a host that does not answer are refused at once, and its return is noticed.

It opens after some calls in a row that the host did not answer. Two kinds of calls pass an open breaker: a probe, always
(probes come at a pace of their own), and after a pause any one call. Such a call is a trial; while one is under way only
probes pass. The breaker starts nothing and retries nothing by itself, and calls that are running are no business of its.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class State(Enum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Event(Enum):
    """What can happen to it."""

    TRIAL = "a call passes an open breaker"
    ANSWERED = "the host answered a call, be it with a refusal"
    SILENT = "the host did not answer a call"
    SILENT_AGAIN = "the host did not answer the last of so many calls in a row"
    NOTHING = "a call ended without a word about the host"


NEXT: Final[dict[tuple[State, Event], State]] = {
    (State.CLOSED, Event.TRIAL): State.CLOSED,
    (State.CLOSED, Event.ANSWERED): State.CLOSED,
    (State.CLOSED, Event.SILENT): State.CLOSED,
    (State.CLOSED, Event.SILENT_AGAIN): State.OPEN,
    (State.CLOSED, Event.NOTHING): State.CLOSED,
    (State.OPEN, Event.TRIAL): State.HALF_OPEN,
    (State.OPEN, Event.ANSWERED): State.CLOSED,  # a call that was running when it opened
    (State.OPEN, Event.SILENT): State.OPEN,
    (State.OPEN, Event.SILENT_AGAIN): State.OPEN,
    (State.OPEN, Event.NOTHING): State.OPEN,
    (State.HALF_OPEN, Event.TRIAL): State.HALF_OPEN,
    (State.HALF_OPEN, Event.ANSWERED): State.CLOSED,
    (State.HALF_OPEN, Event.SILENT): State.OPEN,
    (State.HALF_OPEN, Event.SILENT_AGAIN): State.OPEN,
    (State.HALF_OPEN, Event.NOTHING): State.OPEN,  # the pause is over already: the next call is another trial
}


@dataclass(frozen=True)
class BreakerLimits:
    """When a breaker opens, and for how long calls other than probes are refused then (seconds)."""

    failures: int = 3
    pause_seconds: float = 15.0
    pause_limit_seconds: float = 300.0
    """The pause doubles with each trial that fails, up to this."""


class Breaker:
    """The breaker of one host. Times are seconds of a monotonic clock."""

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        self._pause = limits.pause_seconds
        self._opens_at = 0.0
        self.state = State.CLOSED
        self.failures = 0
        """Calls in a row that the host did not answer."""

    @property
    def is_clean(self) -> bool:
        """Tell that an answer of the host would change nothing."""
        return self.state is State.CLOSED and not self.failures

    def admits(self, now: float, *, probe: bool) -> bool:
        """Let a call pass or not; one that passes an open breaker makes it half-open."""
        if self.state is State.CLOSED:
            return True
        if not probe and (self.state is State.HALF_OPEN or now < self._opens_at):
            return False
        self._turn(Event.TRIAL)
        return True

    def ended(self, answered: bool | None, now: float) -> bool:  # noqa: FBT001 - three-valued, as errors tell it
        """Take in how a call ended (or that it got a first word of the host); tell whether this has opened the breaker."""
        if answered is None:
            self._turn(Event.NOTHING)
            return False
        if answered:
            self.failures, self._pause = 0, self._limits.pause_seconds
            self._turn(Event.ANSWERED)
            return False
        self.failures += 1
        before = self._turn(Event.SILENT_AGAIN if self.failures >= self._limits.failures else Event.SILENT)
        if self.state is not State.OPEN or before is State.OPEN:
            return False
        if before is State.HALF_OPEN:
            self._pause = min(self._pause * 2, self._limits.pause_limit_seconds)
        self._opens_at = now + self._pause
        return True

    def left(self, now: float) -> float:
        """Return for how many seconds calls other than probes are still refused."""
        return max(0.0, self._opens_at - now) if self.state is State.OPEN else 0.0

    def _turn(self, event: Event) -> State:
        before, self.state = self.state, NEXT[self.state, event]
        return before
