"""The clock of order and pauses: no clock that somebody sets moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hyperv_operator.app import SteadyClock, SystemClock

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def test_time_passes_as_the_steady_clock_says() -> None:
    elapsed = [100.0]
    clock = SteadyClock(STARTED, lambda: elapsed[0])
    assert clock.now() == STARTED
    elapsed[0] = 160.5
    assert clock.now() == STARTED + timedelta(seconds=60.5)


def test_a_process_starts_at_the_wall_clocks_time_and_goes_on() -> None:
    wall = SystemClock()
    before = wall.now()
    clock = SteadyClock(before)
    first, second = clock.now(), clock.now()
    assert before <= first <= second <= wall.now() + timedelta(seconds=5)
