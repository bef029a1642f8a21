"""The retry policy: when a launch, an update, a removal or a rollout that failed is attempted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.names import Reason
from hyperv_operator.core import failures
from hyperv_operator.core.snapshot import LaunchResult, RetryPolicy
from hyperv_operator.protocol.inventory import JournalFacts
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind

JITTER_SHARE: Final = 0.2
"""The largest part of a pause that jitter takes away."""
_FIRST_RETRY: Final = 0.1
"""Part of the base pause before the first retry of a call whose effect is unknown."""
_MAX_DOUBLINGS: Final = 30


@dataclass(frozen=True)
class Failure:
    """Why a launch did not do its work."""

    at: datetime
    """When the launch ended: the pause counts from then."""
    reason: Reason
    message: str
    """What happened and what to do about it."""
    needs_person: bool = False
    code: AgentCode | None = None
    """The agent's code; None if the call itself failed."""
    diagnosis: str | None = None
    jitter: float = 0.0
    at_once: bool = False
    """The first retry comes almost at once: the call may or may not have done its work."""

    @property
    def is_transient(self) -> bool:
        """Whether the next launch, made from a new snapshot, is expected to clear the failure."""
        return self.code in failures.TRANSIENT


def pause_after(failed: int, policy: RetryPolicy, jitter: float = 0.0) -> timedelta:
    """Return the pause after `failed` failures in a row: the base, doubled each time, up to the cap.

    `jitter`, from 0 to 1, shortens the pause by up to `JITTER_SHARE`, so that retries spread out.
    """
    doublings = min(max(failed - 1, 0), _MAX_DOUBLINGS)
    return min(policy.base * float(2**doublings), policy.cap) * (1 - JITTER_SHARE * jitter)


def retry_at(failure: Failure, failed: int, policy: RetryPolicy) -> datetime:
    """Return when to launch again after a failure; `failed` counts the failures in a row."""
    if failure.code is AgentCode.HOST_BUSY:
        return failure.at + policy.busy_poll
    if failure.at_once and failed <= 1:
        return failure.at + policy.base * _FIRST_RETRY
    return failure.at + pause_after(failed, policy, failure.jitter)


def failure_of(result: LaunchResult) -> Failure | None:
    """Return the failure that a launch ended with; None if it completed or waits for the guest."""
    if result.error is not None:
        return Failure(
            at=result.finished_at,
            reason=failures.reason_of_error(result.error),
            message=failures.explain_to_owner_of_machine(result.error),
            needs_person=failures.needs_person(result.error),
            jitter=result.jitter,
            at_once=failures.is_retried_at_once(result.error),
        )
    outcome = result.outcome
    if outcome is None or outcome.outcome is OutcomeKind.COMPLETED or outcome.waits_for_guest:
        return None
    code = AgentCode.HOST_BUSY if outcome.outcome is OutcomeKind.PENDING else outcome.code or AgentCode.INTERNAL
    diagnosis = outcome.diagnosis.summary if outcome.diagnosis else None
    message = f"{outcome.message} {_unknown_code(outcome)}".strip()
    return _agent_failure(code, result.finished_at, message, diagnosis, result.jitter)


def _unknown_code(outcome: Outcome) -> str:
    """Return the sentence that names a code of another version of the agent; the protocol repeats it as the reason."""
    if outcome.outcome is not OutcomeKind.FAILED or outcome.code or not outcome.reason:
        return ""
    return f"The agent names the cause {outcome.reason}, which this version of the operator does not know."


def failure_in_journal(journal: JournalFacts, at: datetime) -> Failure:
    """Return the failure that a journal on the host records; it keeps the code and no text."""
    return _agent_failure(journal.code or AgentCode.INTERNAL, at)


def _agent_failure(
    code: AgentCode, at: datetime, message: str = "", diagnosis: str | None = None, jitter: float = 0.0
) -> Failure:
    return Failure(
        at=at,
        reason=failures.reason_of_code(code),
        message=failures.explain_code(code, failures.without_paths(message)),
        needs_person=code not in failures.TRANSIENT,
        code=code,
        diagnosis=failures.without_paths(diagnosis) if diagnosis else None,
        jitter=jitter,
    )
