"""One host's breaker: its table is complete, it opens and closes as told, and its trials are few."""

from __future__ import annotations

from itertools import product

import pytest

from hyperv_operator import errors
from hyperv_operator.executor.breaker import NEXT, Breaker, BreakerLimits, Event, State

LIMITS = BreakerLimits(failures=3, pause_seconds=10, pause_limit_seconds=35)


def _opened(now: float = 0) -> Breaker:
    breaker = Breaker(LIMITS)
    assert [breaker.ended(False, now) for _ in range(3)] == [False, False, True]
    return breaker


def test_the_table_has_every_state_and_every_event() -> None:
    assert set(NEXT) == set(product(State, Event))


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
def test_events_lead_to_states(events: tuple[bool | str | None, ...], state: State) -> None:
    breaker = Breaker(LIMITS)
    for event in events:
        if isinstance(event, str):
            assert breaker.admits(0, probe=True)
        else:
            breaker.ended(event, 0)
    assert breaker.state is state


def test_an_open_breaker_lets_probes_through_at_any_time_and_others_after_the_pause_one_at_a_time() -> None:
    breaker = _opened(now=100)
    assert not breaker.admits(109.9, probe=False)
    assert breaker.left(104) == 6
    assert breaker.admits(110, probe=False)
    assert breaker.state is State.HALF_OPEN
    assert not breaker.admits(500, probe=False)
    assert breaker.admits(110, probe=True)


def test_the_pause_doubles_up_to_its_limit_and_an_answer_resets_it() -> None:
    breaker, now, pauses = _opened(), 0.0, []
    for _ in range(4):
        pauses.append(breaker.left(now))
        now += breaker.left(now)
        assert breaker.admits(now, probe=False)
        breaker.ended(False, now)
    assert pauses == [10, 20, 35, 35]
    breaker.ended(True, now)
    assert breaker.is_clean
    assert [breaker.ended(False, now) for _ in range(3)] == [False, False, True]
    assert breaker.left(now) == 10


def test_a_trial_without_a_word_costs_nothing() -> None:
    breaker = _opened()
    assert breaker.admits(10, probe=False)
    breaker.ended(None, 11)
    assert breaker.admits(11, probe=False)


def test_late_failures_of_calls_that_were_running_do_not_prolong_the_pause() -> None:
    breaker = _opened(now=0)
    assert not breaker.ended(False, 9)
    assert breaker.left(9) == 1


@pytest.mark.parametrize(
    ("error", "answered"),
    [
        (errors.HostUnreachable, False),
        (errors.WinRmUnavailable, False),
        (errors.CircuitOpen, None),
        (errors.TlsUntrusted, True),
        (errors.AuthenticationFailed, True),
        (errors.LogonRefused, True),
        (errors.LogonSuspended, None),
        (errors.KdcUnreachable, None),
        (errors.LogonPending, None),
        (errors.CredentialsUnusable, None),
        (errors.QuotaExceeded, True),
        (errors.ShellLost, True),
        (errors.CallTimeout, None),
        (errors.CallCancelled, None),
        (errors.ProtocolViolation, True),
        (errors.AgentMissing, True),
    ],
)
def test_each_error_tells_whether_the_host_is_there(error: type[errors.HostError], answered: bool | None) -> None:
    assert error("x").host_answered is answered
