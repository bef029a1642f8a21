"""The circuit breakers of all hosts, with their metrics and log messages."""

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
    last_failure: str = ""
    """The message of the last failure. It contains no counters, so that a condition that shows it does not change."""
    remedy: str = ""
    """The remedy of that failure."""


class Breakers:
    """One circuit breaker per host. Times are seconds of a monotonic clock."""

    def __init__(self, limits: BreakerLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._breakers: dict[str, _HostBreaker] = {}
        self.refused: Counter[str] = Counter()
        """Refused tasks by host."""

    def check(self, host: str, now: float, *, probe: bool) -> CircuitOpen | None:
        """Return None if a task may pass, otherwise count it as refused and return its error."""
        host_breaker = self._breakers.get(host)
        if host_breaker is None:
            host_breaker = self._breakers[host] = _HostBreaker(Breaker(self._limits))
        before = host_breaker.breaker.state
        allowed = host_breaker.breaker.allow(now, probe=probe)
        self._publish(host, before, host_breaker)
        return None if allowed else self.refuse(host)

    def refuse(self, host: str) -> CircuitOpen:
        """Count a refused task and return its error."""
        self.refused[host] += 1
        self._metrics.call_refused(host)
        host_breaker = self._breakers.get(host)
        last_failure, remedy = (host_breaker.last_failure, host_breaker.remedy) if host_breaker else ("", "")
        text = (
            f"{last_failure} The last {self._limits.failure_threshold} calls to the host got no answer. Until one succeeds, the "
            "operator sends only probes."
        )
        return CircuitOpen(text.strip(), remedy=remedy)

    def record(self, host: str, answered: bool | None, error: BaseException | None, now: float) -> bool:  # noqa: FBT001
        """Record how a task ended; return whether this opened the host's breaker.

        `answered` is `HostError.host_answered`: whether the host answered, or None if that is unknown.
        """
        host_breaker = self._breakers.get(host)
        if host_breaker is None:
            return False
        before, opened = host_breaker.breaker.state, False
        match answered:
            case True:
                host_breaker.breaker.record_success()
            case False:
                if error is not None:
                    host_breaker.last_failure = str(error)
                    host_breaker.remedy = error.remedy if isinstance(error, HostError) else ""
                opened = host_breaker.breaker.record_failure(now)
            case None:
                host_breaker.breaker.record_inconclusive()
        self._publish(host, before, host_breaker)
        return opened

    def record_report(self, host: str, now: float) -> None:
        """Record that a running task reported something, so the host answers."""
        host_breaker = self._breakers.get(host)
        if host_breaker and not host_breaker.breaker.is_healthy:
            self.record(host, True, None, now)

    def forget(self, host: str) -> None:
        """Drop a removed host's breaker."""
        self._breakers.pop(host, None)
        self.refused.pop(host, None)

    def summary(self, now: float) -> dict[str, BreakerSummary]:
        """Return the breakers that are open or have recorded a failure, by host."""
        return {
            host: BreakerSummary(breaker.state.value, breaker.failures, round(breaker.cooldown_remaining(now), 1))
            for host, host_breaker in sorted(self._breakers.items())
            if not (breaker := host_breaker.breaker).is_healthy
        }

    def _publish(self, host: str, before: State, host_breaker: _HostBreaker) -> None:
        """Set the metric and log if the state has changed."""
        state = host_breaker.breaker.state
        if state is before:
            return
        self._metrics.breaker_changed(host, is_closed=state is State.CLOSED)
        if state is State.CLOSED:
            log.info("Circuit breaker closed: the host answers again", extra={"host": host})
        elif before is State.CLOSED:
            log.warning(
                "Circuit breaker opened: the host does not answer. %s", host_breaker.last_failure, extra={"host": host}
            )
