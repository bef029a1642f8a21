"""The retry policy: how long to pause after a failure, and which failure counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hyperv_operator import errors
from hyperv_operator.api.names import Reason
from hyperv_operator.core import retry
from hyperv_operator.core.retry import Failure
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import RetryPolicy, Snapshot
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode, Diagnosis, Outcome, OutcomeKind
from unit.core.samples import NOW, SECOND, SNAPSHOT, configured, ended, failed, journal, launched, pending, result

POLICY = RetryPolicy(base=10 * SECOND, cap=600 * SECOND, busy_poll=7 * SECOND)
FAILURE = Failure(NOW, Reason.INTERNAL, "It failed.")


@pytest.mark.parametrize(
    ("failed_launches", "seconds"),
    [(0, 10), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (8, 600), (1_000_000, 600)],
)
def test_the_pause_doubles_from_the_base_up_to_the_cap(failed_launches: int, seconds: float) -> None:
    assert retry.pause_after(failed_launches, POLICY) == timedelta(seconds=seconds)


def test_a_cap_of_years_is_reached_after_thirty_doublings() -> None:
    endless = replace(POLICY, cap=timedelta(days=365_000))
    assert retry.pause_after(31, endless) == 10 * SECOND * 2**30
    assert retry.pause_after(99, endless) == 10 * SECOND * 2**30


@pytest.mark.parametrize(("jitter", "seconds"), [(0, 10), (0.5, 9), (1, 8)])
def test_jitter_shortens_the_pause_by_up_to_a_fifth(jitter: float, seconds: float) -> None:
    assert retry.pause_after(1, POLICY, jitter) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("failure", "failed_launches", "seconds"),
    [
        (FAILURE, 1, 10),
        (FAILURE, 3, 40),
        (replace(FAILURE, jitter=1.0), 1, 8),
        (replace(FAILURE, at_once=True), 0, 1),
        (replace(FAILURE, at_once=True), 1, 1),
        (replace(FAILURE, at_once=True), 2, 20),
        (replace(FAILURE, code=AgentCode.HOST_BUSY), 9, 7),
    ],
)
def test_when_a_failed_launch_is_repeated(failure: Failure, failed_launches: int, seconds: float) -> None:
    assert retry.retry_at(failure, failed_launches, POLICY) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "outcome",
    [Outcome(outcome=OutcomeKind.COMPLETED), pending("WaitingForGuest"), pending("WaitingForGuestKey")],
)
def test_a_launch_that_completed_or_waits_for_the_guest_has_not_failed(outcome: Outcome) -> None:
    assert retry.failure_of(result(outcome)) is None


@pytest.mark.parametrize("reason", ["HostBusy", "SomethingNew"])
def test_a_launch_that_waits_for_anything_else_found_the_machine_busy(reason: str) -> None:
    failure = retry.failure_of(result(pending(reason)))
    assert failure
    assert (failure.reason, failure.code, failure.needs_person) == (Reason.HOST_BUSY, AgentCode.HOST_BUSY, False)


def test_a_failed_call_has_the_reason_and_the_message_of_its_error() -> None:
    failure = retry.failure_of(result(errors.TlsUntrusted("No trust."), jitter=0.25))
    assert failure
    assert (failure.reason, failure.needs_person, failure.code) == (Reason.TLS_UNTRUSTED, True, None)
    assert failure.message.startswith("The host's certificate is not trusted")
    assert "No trust." not in failure.message, "it may name the host's address"
    own = retry.failure_of(result(errors.GuestKeyRefused("Its key is too short.")))
    assert own
    assert own.message.startswith("Its key is too short.")
    assert (failure.at, failure.jitter) == (NOW - SECOND, 0.25)


@pytest.mark.parametrize(("error", "at_once"), [(errors.ShellLost("x"), True), (errors.QuotaExceeded("x"), False)])
def test_a_call_whose_effect_is_unknown_is_repeated_almost_immediately(
    error: errors.HostError, *, at_once: bool
) -> None:
    failure = retry.failure_of(result(error))
    assert failure
    assert failure.at_once is at_once


def test_a_failed_agent_has_its_code_its_message_and_what_to_do() -> None:
    outcome = failed(AgentCode.COPY_FAILED, "The copy broke off.").model_copy(
        update={"diagnosis": Diagnosis(summary="The disk is gone.")}
    )
    failure = retry.failure_of(result(outcome, jitter=0.5))
    assert failure
    assert (failure.reason, failure.code) == (Reason.COPY_FAILED, AgentCode.COPY_FAILED)
    assert failure.message.startswith("The copy broke off. ")
    assert len(failure.message) > len("The copy broke off. ")
    assert (failure.diagnosis, failure.jitter, failure.needs_person) == ("The disk is gone.", 0.5, True)


@pytest.mark.parametrize(
    ("code", "transient"),
    [(AgentCode.SUPERSEDED, True), (AgentCode.GUEST_KEY_INVALID, True), (AgentCode.COPY_FAILED, False)],
)
def test_the_next_launch_is_expected_to_clear_a_transient_failure(code: AgentCode, *, transient: bool) -> None:
    failure = retry.failure_of(result(failed(code)))
    assert failure
    assert (failure.is_transient, failure.needs_person) == (transient, not transient)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"outcome": "failed", "reason": "Novel", "message": "It failed."}, True),
        ({"outcome": "failed", "reason": "Novel"}, True),
        ({"outcome": "failed", "reason": "DiskFull", "code": "CopyFailed"}, False),
        ({"outcome": "failed", "message": "It failed."}, False),
        ({"outcome": "pending", "reason": "Novel"}, False),
    ],
)
def test_a_code_of_another_version_of_the_agent_is_named(outcome: dict[str, str], said: bool) -> None:
    failure = retry.failure_of(result(Outcome.model_validate(outcome)))
    assert failure is not None
    named = f"The agent names the cause {outcome.get('reason')}, which this version of the operator does not know."
    assert (named in failure.message) is said
    assert outcome.get("message", "") in failure.message
    if said:
        assert failure.code is AgentCode.INTERNAL


def test_a_failure_without_a_code_is_internal() -> None:
    failure = retry.failure_of(result(Outcome(outcome=OutcomeKind.FAILED)))
    assert failure
    assert failure.code is AgentCode.INTERNAL
    assert retry.failure_in_journal(journal(state="failed"), NOW).code is AgentCode.INTERNAL


def test_a_journal_keeps_the_code_alone() -> None:
    failure = retry.failure_in_journal(journal(state="failed", code="ImageNotFound"), NOW)
    assert (failure.at, failure.reason, failure.diagnosis, failure.jitter) == (NOW, Reason.IMAGE_NOT_FOUND, None, 0)
    assert failure.message


@pytest.mark.parametrize(
    ("snapshot", "counts"),
    [
        (ended(failed(AgentCode.COPY_FAILED)), True),
        (ended(pending("WaitingForGuest")), False),
        (SNAPSHOT, False),
        (replace(configured(), last=result(failed(AgentCode.INTERNAL), JobKind.UPDATE)), True),
        (replace(configured(), last=result(failed(AgentCode.INTERNAL), JobKind.UPDATE, generation=0)), False),
        (replace(configured(), last=result(failed(AgentCode.INTERNAL))), False),
        (replace(launched(), deleting=True, last=result(failed(AgentCode.INTERNAL), JobKind.REMOVE)), True),
        (
            replace(launched(), deleting=True, last=result(failed(AgentCode.INTERNAL), JobKind.REMOVE, generation=0)),
            True,
        ),
        (replace(launched(), deleting=True, last=result(failed(AgentCode.INTERNAL))), False),
    ],
)
def test_a_failure_counts_for_the_launch_that_would_repeat_it(snapshot: Snapshot, *, counts: bool) -> None:
    assert (Situation(snapshot, NOW).failure is not None) is counts


def _due(snapshot: Snapshot) -> datetime:
    return Situation(snapshot, NOW).retry_at


def test_a_retry_is_due_after_the_pause_for_the_failures_in_a_row() -> None:
    broken = ended(failed(AgentCode.COPY_FAILED))
    assert _due(SNAPSHOT) == NOW
    assert _due(broken) == NOW + 9 * SECOND
    assert _due(replace(broken, failures=0)) == NOW + 9 * SECOND
    assert _due(replace(broken, failures=2)) == NOW + 19 * SECOND
