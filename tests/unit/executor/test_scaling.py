"""Scaling of the worker limit: quickly up, slowly down, within the lane's bounds and the container's limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.executor.scaling import IDLE, Bounds, Demand, Pace, Sample, Workers, scale

BOUNDS, PACE = Bounds(2, 16), Pace(up_seconds=1, down_seconds=30)
BUSY, FULL = Sample(0.9, 0.1), Sample(0.1, 0.9)
NOW = 1000.0


@pytest.mark.parametrize(
    ("case", "workers", "demand", "sample", "count"),
    [
        ("an idle lane stays at its minimum", Workers(2), Demand(0, 0, 0), IDLE, 2),
        ("no more workers than tasks", Workers(2), Demand(2, 1, 0), IDLE, 3),
        ("the backlog of one host at most doubles the limit", Workers(2), Demand(2, 1000, 0), IDLE, 4),
        ("no second doubling within a second", Workers(4, raised_at=NOW - 0.5), Demand(4, 1000, 0), IDLE, 4),
        ("a second doubling after a second", Workers(4, raised_at=NOW - 1), Demand(4, 1000, 0), IDLE, 8),
        ("hosts without a running task get workers at once", Workers(4, raised_at=NOW), Demand(4, 1000, 5), IDLE, 9),
        ("never above the maximum", Workers(9), Demand(9, 1000, 100), IDLE, 16),
        ("busy CPU: no worker for a host that has one", Workers(2), Demand(2, 1000, 0), BUSY, 2),
        ("busy CPU: one worker for each host without one", Workers(2), Demand(2, 1000, 3), BUSY, 5),
        ("short memory: no additional worker", Workers(4), Demand(4, 1000, 3), FULL, 4),
        ("short memory: idle workers go at once", Workers(12), Demand(5, 0, 0), FULL, 5),
        ("short memory: never below the minimum", Workers(12), Demand(0, 0, 0), FULL, 2),
        ("no decrease at once", Workers(12), Demand(5, 0, 0), IDLE, 12),
        ("no decrease before the delay", Workers(12, surplus_since=NOW - 29), Demand(5, 0, 0), IDLE, 12),
        ("a decrease by one after the delay", Workers(12, surplus_since=NOW - 30), Demand(5, 0, 0), IDLE, 11),
        ("no decrease below the running tasks", Workers(5, surplus_since=NOW - 99), Demand(5, 0, 0), IDLE, 5),
    ],
)
def test_scale(case: str, workers: Workers, demand: Demand, sample: Sample, count: int) -> None:
    assert scale(workers, demand, sample, NOW, BOUNDS, PACE).count == count, case


def test_a_single_busy_moment_restarts_the_delay_before_a_decrease() -> None:
    workers, busy, idle = Workers(8), Demand(8, 0, 0), Demand(1, 0, 0)
    for second in range(0, 120, 20):
        workers = scale(workers, idle, IDLE, NOW + second, BOUNDS, PACE)
        assert workers.count == 8
        workers = scale(workers, busy, IDLE, NOW + second + 10, BOUNDS, PACE)


def test_the_limit_follows_a_burst_within_seconds_and_falls_within_minutes() -> None:
    workers, up, down = Workers(2), 0, 0
    while workers.count < 16:
        workers, up = scale(workers, Demand(workers.count, 100, 0), IDLE, NOW + up, BOUNDS, PACE), up + 1
    while workers.count > 2:
        workers, down = scale(workers, Demand(0, 0, 0), IDLE, NOW + up + down, BOUNDS, PACE), down + 1
    assert up <= 4
    assert 14 * 30 <= down <= 15 * 31


@given(
    count=st.integers(2, 16),
    since=st.none() | st.floats(0, 100),
    demand=st.builds(Demand, st.integers(0, 20), st.integers(0, 2000), st.integers(0, 50)),
    sample=st.builds(Sample, st.floats(0, 2), st.floats(0, 1.2)),
)
def test_the_limit_stays_in_bounds_and_starved_hosts_get_workers_while_memory_lasts(
    count: int, since: float | None, demand: Demand, sample: Sample
) -> None:
    after = scale(Workers(count, surplus_since=since), demand, sample, NOW, BOUNDS, PACE)
    assert 2 <= after.count <= 16
    if sample.memory < PACE.memory_limit and demand.starved <= demand.ready:
        assert after.count >= min(16, demand.running + demand.starved)
