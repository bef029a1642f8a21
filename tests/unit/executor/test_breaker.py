"""The circuit breaker of one host: its transitions, its cooldown and its trials."""

from __future__ import annotations

from itertools import product

import pytest

from hyperv_operator.executor.breaker import TRANSITIONS, Breaker, BreakerLimits, Event, State

LIMITS = BreakerLimits(failure_threshold=3, cooldown_seconds=10, max_cooldown_seconds=35)


def _opened(now: float = 0) -> Breaker:
    breaker = Breaker(LIMITS)
    assert [breaker.record_failure(now) for _ in range(3)] == [False, False, True]
    return breaker


def test_every_event_has_a_transition_from_every_state() -> None:
    assert set(TRANSITIONS) == set(product(State, Event))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), State.CLOSED),
        ((False, False), State.CLOSED),
        ((False, False, True, False, False), State.CLOSED),
        ((False, None, False, None, False), State.OPEN),
        ((False, False, False), State.OPEN),
        ((False, False, False, False), State.OPEN),
        ((False, False, False, None), State.OPEN),
        ((False, False, False, True), State.CLOSED),
        ((False, False, False, "probe"), State.HALF_OPEN),
        ((False, False, False, "probe", True), State.CLOSED),
        ((False, False, False, "probe", False), State.OPEN),
        ((False, False, False, "probe", None), State.OPEN),
        ((False, False, False, "probe", True, False, False), State.CLOSED),
    ],
)
def test_a_sequence_of_events_leads_to_a_state(events: tuple[bool | str | None, ...], state: State) -> None:
    breaker = Breaker(LIMITS)
    for event in events:
        match event:
            case True:
                breaker.record_success()
            case False:
                breaker.record_failure(0)
            case None:
                breaker.record_inconclusive()
            case _:
                assert breaker.allow(0, probe=True)
    assert breaker.state is state


def test_an_open_breaker_allows_probes_at_any_time_and_one_other_task_after_the_cooldown() -> None:
    breaker = _opened(now=100)
    assert not breaker.allow(109.9, probe=False)
    assert breaker.cooldown_remaining(104) == 6
    assert breaker.allow(110, probe=False)
    assert breaker.state is State.HALF_OPEN
    assert not breaker.allow(500, probe=False)
    assert breaker.allow(110, probe=True)


def test_the_cooldown_doubles_up_to_its_maximum_and_a_success_resets_it() -> None:
    breaker, now, cooldowns = _opened(), 0.0, []
    for _ in range(4):
        cooldowns.append(breaker.cooldown_remaining(now))
        now += breaker.cooldown_remaining(now)
        assert breaker.allow(now, probe=False)
        breaker.record_failure(now)
    assert cooldowns == [10, 20, 35, 35]
    breaker.record_success()
    assert breaker.is_healthy
    assert [breaker.record_failure(now) for _ in range(3)] == [False, False, True]
    assert breaker.cooldown_remaining(now) == 10


def test_an_inconclusive_trial_starts_no_new_cooldown() -> None:
    breaker = _opened()
    assert breaker.allow(10, probe=False)
    breaker.record_inconclusive()
    assert breaker.allow(11, probe=False)


def test_failures_of_tasks_that_were_already_running_do_not_prolong_the_cooldown() -> None:
    breaker = _opened(now=0)
    assert not breaker.record_failure(9)
    assert breaker.cooldown_remaining(9) == 1
