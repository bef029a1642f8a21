"""What a host may send, and for how long: every bound is exact."""

from __future__ import annotations

import pytest

from hyperv_operator.winrm.allowance import (
    ANSWER_BYTES,
    CALL_BYTES,
    HEAD_BYTES,
    MAX_RESPONSES,
    OUTPUT_BYTES,
    RESPONSE_SECONDS,
    Allowance,
    AnswerRefused,
    AnswerTooSlow,
    DeadlinePassed,
)

_IDLE = 30.0


class Clock:
    """A clock that is set by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Provide a clock."""
    return Clock()


@pytest.fixture
def allowance(clock: Clock) -> Allowance:
    """Provide an allowance at the beginning of an exchange, outside of a call."""
    made = Allowance(clock, _IDLE)
    made.begin_request(ANSWER_BYTES)
    made.begin_exchange()
    return made


def test_headers_may_be_as_large_as_the_bound(allowance: Allowance) -> None:
    allowance.take(HEAD_BYTES)
    with pytest.raises(AnswerRefused, match="sent headers of more than 131,072 bytes"):
        allowance.take(1)


@pytest.mark.parametrize(("size", "shown"), [(ANSWER_BYTES, "65,536"), (OUTPUT_BYTES, "577,536")])
def test_a_body_may_be_as_large_as_its_request_allows(allowance: Allowance, size: int, shown: str) -> None:
    allowance.begin_request(size)
    allowance.begin_exchange()
    allowance.take(HEAD_BYTES)
    allowance.begin_body()
    allowance.take(size)
    with pytest.raises(AnswerRefused, match=f"sent a response of more than {shown} bytes"):
        allowance.take(1)


def test_the_next_response_starts_anew(allowance: Allowance) -> None:
    allowance.begin_body()
    allowance.take(ANSWER_BYTES)
    allowance.begin_exchange()
    allowance.take(HEAD_BYTES)


def test_all_responses_of_a_call_have_one_bound(allowance: Allowance) -> None:
    allowance.begin_call(10)
    for _ in range(CALL_BYTES // HEAD_BYTES):
        allowance.begin_exchange()
        allowance.take(HEAD_BYTES)
    allowance.begin_exchange()
    with pytest.raises(AnswerRefused, match="more than 268,435,456 bytes during one call"):
        allowance.take(1)
    allowance.begin_call(10)
    allowance.take(1)


def test_a_read_waits_for_the_shortest_of_its_bounds(allowance: Allowance, clock: Clock) -> None:
    assert allowance.seconds() == _IDLE
    clock.now += RESPONSE_SECONDS - 7
    assert allowance.seconds() == 7
    allowance.begin_call(3)
    assert allowance.seconds() == 3


def test_an_exchange_ends_at_its_bound(allowance: Allowance, clock: Clock) -> None:
    clock.now += RESPONSE_SECONDS
    with pytest.raises(AnswerTooSlow):
        allowance.seconds()
    allowance.begin_exchange()
    assert allowance.seconds() == _IDLE


def test_a_call_ends_at_its_deadline_whatever_its_exchanges_have_left(allowance: Allowance, clock: Clock) -> None:
    allowance.begin_call(5)
    clock.now += 5
    allowance.begin_exchange()
    with pytest.raises(DeadlinePassed):
        allowance.seconds()


def test_a_request_has_a_bounded_number_of_responses(allowance: Allowance) -> None:
    for _ in range(MAX_RESPONSES):
        allowance.begin_response()
    with pytest.raises(AnswerRefused, match="more than 10 steps of a logon"):
        allowance.begin_response()
    allowance.begin_request(ANSWER_BYTES)
    allowance.begin_response()
