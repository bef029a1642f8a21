"""The pace of a run's reports: a burst is free, a flood waits, and a call that has to end does not."""

from __future__ import annotations

import pytest

from hostcalls import Listener
from hyperv_operator.winrm.pace import BURST, PER_SECOND, Pace


class Time:
    """A clock that goes on only by waiting."""

    now = 5_000.0
    waited = 0.0

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Wait."""
        self.now += seconds
        self.waited += seconds


def _reported(time: Time, count: int, listener: Listener | None = None) -> Pace:
    pace = Pace(time.clock, time.wait)
    context = listener or Listener()
    for _ in range(count):
        pace.step(context)
    return pace


def test_a_burst_does_not_wait() -> None:
    time = Time()
    _reported(time, BURST)
    assert time.waited == 0


def test_a_flood_is_as_fast_as_the_pace() -> None:
    time = Time()
    _reported(time, BURST + 10 * PER_SECOND)
    assert time.waited == pytest.approx(10, abs=0.1)


def test_a_run_that_was_silent_has_a_burst_again_and_no_more() -> None:
    time = Time()
    pace = _reported(time, BURST)
    time.now += 3_600
    for _ in range(BURST):
        pace.step(Listener())
    assert time.waited == 0
    for _ in range(PER_SECOND):
        pace.step(Listener())
    assert time.waited == pytest.approx(1, abs=0.1)


def test_a_call_that_has_to_end_does_not_wait() -> None:
    time = Time()
    _reported(time, 3 * BURST, Listener(0))
    cancelled = Listener()
    cancelled._cancelled = True
    _reported(time, 3 * BURST, cancelled)
    assert time.waited == 0
