"""The breakers of all hosts: what they refuse, and what is told of it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass

from hyperv_operator.errors import CircuitOpen, HostError
from hyperv_operator.executor.breaker import Breaker, BreakerLimits, State
from hyperv_operator.executor.diagnostics import BreakerSummary
from hyperv_operator.ports import Metrics

log = logging.getLogger(__name__)


@dataclass
class _HostBreaker:
    breaker: Breaker
    last: str = ""
    """The message of the last failed call; it has no counters, so that a condition that shows it does not change."""
    remedy: str = ""
    """The remedy of that call's error."""


class Breakers:
    """One breaker a host. Times are seconds of a monotonic clock."""

    def __init__(self, limits: BreakerLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._breakers: dict[str, _HostBreaker] = {}
        self.refused: Counter[str] = Counter()

    def admit(self, host: str, now: float, *, probe: bool) -> CircuitOpen | None:
        """Let a call pass, or return the error that refuses it."""
        host_breaker = self._breakers.get(host)
        if host_breaker is None:
            host_breaker = self._breakers[host] = _HostBreaker(Breaker(self._limits))
        before = host_breaker.breaker.state
        admitted = host_breaker.breaker.admits(now, probe=probe)
        self._tell(host, before, host_breaker)
        return None if admitted else self.refusal(host)

    def refusal(self, host: str) -> CircuitOpen:
        """Return the error of a call that is refused, and count it."""
        self.refused[host] += 1
        self._metrics.call_refused(host)
        host_breaker = self._breakers.get(host)
        last, remedy = (host_breaker.last, host_breaker.remedy) if host_breaker else ("", "")
        text = f"{last} The last {self._limits.failures} calls failed without an answer. The next attempt is a single probe."
        return CircuitOpen(text.strip(), remedy=remedy)

    def ended(self, host: str, answered: bool | None, error: BaseException | None, now: float) -> bool:  # noqa: FBT001
        """Take in how a call ended; tell whether this has opened the host's breaker."""
        host_breaker = self._breakers.get(host)
        if host_breaker is None:
            return False
        before = host_breaker.breaker.state
        if answered is False and error is not None:
            host_breaker.last = str(error)
            host_breaker.remedy = error.remedy if isinstance(error, HostError) else ""
        opened = host_breaker.breaker.ended(answered, now)
        self._tell(host, before, host_breaker)
        return opened

    def heard(self, host: str, now: float) -> None:
        """A call that is running got a word of the host."""
        host_breaker = self._breakers.get(host)
        if host_breaker and not host_breaker.breaker.is_clean:
            self.ended(host, True, None, now)

    def forget(self, host: str) -> None:
        """Drop a removed host's breaker."""
        self._breakers.pop(host, None)
        self.refused.pop(host, None)

    def summary(self, now: float) -> dict[str, BreakerSummary]:
        """Return the breakers that have something to tell."""
        return {
            host: BreakerSummary(one.state.value, one.failures, round(one.left(now), 1))
            for host, host_breaker in sorted(self._breakers.items())
            if not (one := host_breaker.breaker).is_clean
        }

    def _tell(self, host: str, before: State, host_breaker: _HostBreaker) -> None:
        state = host_breaker.breaker.state
        if state is before:
            return
        self._metrics.breaker_changed(host, is_closed=state is State.CLOSED)
        if state is State.CLOSED:
            log.info("The host answers again; calls to it are no longer held back", extra={"host": host})
        elif before is State.CLOSED:
            log.warning(
                "The host does not answer; calls to it are held back. %s", host_breaker.last, extra={"host": host}
            )
