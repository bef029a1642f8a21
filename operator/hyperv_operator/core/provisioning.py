"""A machine that is not provisioned yet and may be worked on: launch the agent now, or wait for what.

What is known comes from the last launch's own result or, after a restart or when another operator has launched since,
from the journal on the host. Launching once too often is safe (the agent looks before it acts), but not quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hyperv_operator.api.names import Reason
from hyperv_operator.core import failures, identity
from hyperv_operator.core.actions import JobKind, Launch, Wait
from hyperv_operator.core.decision import Decision, in_progress, stalled
from hyperv_operator.core.snapshot import LaunchResult, Snapshot
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import GuestKey, GuestState, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.inventory import JournalFacts, JournalState
from hyperv_operator.protocol.records import AgentCode, OutcomeKind, PendingReason


class _Where(Enum):
    """Where the provisioning stands."""

    NOTHING = "nothing has been launched"
    INTERRUPTED = "a launch ended without a word"
    RUNNING = "a launch by somebody else is running"
    NEEDS_KEY = "the guest's key is awaited"
    NEEDS_GUEST = "the guest's final state is awaited"
    BUSY = "the machine was locked"
    ERROR = "the call failed"
    FAILED = "the agent failed"


@dataclass(frozen=True)
class _Situation:
    where: _Where
    since: datetime
    code: AgentCode | None = None
    message: str = ""
    diagnosis: str | None = None
    generation: int = 0
    run_id: str | None = None
    vm_id: str | None = None
    key: GuestKey | None = None


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide for a machine that passed every policy."""
    problem = identity.conflict(snapshot)
    if problem:
        remedy = failures.remedy(AgentCode.IDENTITY_CONFLICT)
        return Decision(Wait(), stalled(Reason.IDENTITY_CONFLICT, f"{problem} Nothing is changed. {remedy}"))
    situation = _look(snapshot, now)
    if situation is None:
        message = "Looking at what an earlier launch has left on the host."
        return Decision(_await_guest(None), in_progress(Reason.WAITING_FOR_INVENTORY, message))
    match situation.where:
        case _Where.NOTHING:
            return _launch(snapshot, situation, "Provisioning is about to start.")
        case _Where.INTERRUPTED:
            return _launch(snapshot, situation, "An interrupted launch is taken up again.")
        case _Where.RUNNING:
            text = "A launch that was started earlier is still running on the host."
            return Decision(_await_guest(now + snapshot.limits.takeover), in_progress(Reason.RUNNING, text))
        case _Where.BUSY:
            return _busy(snapshot, situation, now)
        case _Where.NEEDS_KEY:
            return _needs_key(snapshot, situation, now)
        case _Where.NEEDS_GUEST:
            return _needs_guest(snapshot, situation, now)
        case _Where.ERROR:
            return _error(snapshot, situation, now)
        case _Where.FAILED:
            return _failed(snapshot, situation, now)


def _look(snapshot: Snapshot, now: datetime) -> _Situation | None:
    """Find out where things stand, or return None while nobody can tell yet."""
    journal = snapshot.journal() if snapshot.is_current() else None
    last = snapshot.last
    if last and not (journal and journal.attempt > last.attempt):
        return _from_result(last)
    claim, run = snapshot.status.claim, snapshot.status.run
    if claim is None:
        return _Situation(_Where.NOTHING, now)
    if not snapshot.is_current():
        return None
    if journal:
        return _from_journal(journal, run.finished_at if run else None, now)
    unfinished = run is not None and run.finished_at is None
    foreign = claim.operator != snapshot.limits.operator
    if (
        unfinished
        and foreign
        and run is not None
        and run.started_at
        and now < run.started_at + snapshot.limits.takeover
    ):
        return _Situation(_Where.RUNNING, now)
    return _Situation(_Where.INTERRUPTED, now, run_id=claim.run_id)


def _from_result(last: LaunchResult) -> _Situation:
    at, run_id, generation = last.finished_at, last.run_id, last.generation
    outcome = last.outcome
    if outcome is None:
        return _Situation(_Where.ERROR, at, run_id=run_id, generation=generation)
    code = outcome.code
    if outcome.outcome is OutcomeKind.FAILED:
        return _Situation(
            _Where.FAILED,
            at,
            code=code or AgentCode.INTERNAL,
            message=outcome.message,
            diagnosis=outcome.diagnosis.summary if outcome.diagnosis else None,
            generation=generation,
            run_id=run_id,
            vm_id=outcome.vm_id,
        )
    where = (
        {
            PendingReason.WAITING_FOR_GUEST_KEY: _Where.NEEDS_KEY,
            PendingReason.WAITING_FOR_GUEST: _Where.NEEDS_GUEST,
        }.get(outcome.pending_reason, _Where.BUSY)
        if outcome.pending_reason
        else _Where.BUSY
    )
    return _Situation(where, at, run_id=run_id, generation=generation, vm_id=outcome.vm_id, key=outcome.guest_key)


def _from_journal(journal: JournalFacts, finished_at: datetime | None, now: datetime) -> _Situation:
    at = finished_at or journal.updated_at
    if journal.locked:
        return _Situation(_Where.RUNNING, now)
    where = _Where.INTERRUPTED
    if journal.state is JournalState.FAILED:
        where = _Where.FAILED
    elif journal.state is JournalState.PENDING and journal.reason == PendingReason.WAITING_FOR_GUEST_KEY.value:
        where = _Where.NEEDS_KEY
    elif journal.state is JournalState.PENDING and journal.reason == PendingReason.WAITING_FOR_GUEST.value:
        where = _Where.NEEDS_GUEST
    return _Situation(
        where,
        at,
        code=(journal.code or AgentCode.INTERNAL) if where is _Where.FAILED else None,
        generation=journal.generation,
        run_id=journal.run_id,
        vm_id=journal.vm_id,
    )


def _guest_key(snapshot: Snapshot, situation: _Situation) -> tuple[GuestKey, str] | None:
    """Return the key that the guest posts now, and its VM; what cannot be read is no key."""
    own = identity.own_vm(snapshot) if snapshot.is_current() else None
    if own and own[1].guest:
        try:
            key = parse_guest_ready(own[1].guest.ready, own[1].vm_id)
        except RecordError:
            key = None
        if key:
            return key, own[1].vm_id
    return (situation.key, situation.vm_id) if situation.key and situation.vm_id else None


def _needs_key(snapshot: Snapshot, situation: _Situation, now: datetime) -> Decision:
    found = _guest_key(snapshot, situation)
    if found:
        return _launch(
            snapshot, situation, "The guest has posted its key; its configuration is sealed and published.", found
        )
    due = situation.since + snapshot.limits.guest_timeout
    if now > due:
        return _launch(snapshot, situation, "The guest's time is up; the agent looks for the cause.")
    text = f"The VM runs; waiting until {due:%H:%M:%S} UTC at the latest for its guest to post a key."
    return Decision(_await_guest(due), in_progress(Reason.WAITING_FOR_GUEST_KEY, text))


def _needs_guest(snapshot: Snapshot, situation: _Situation, now: datetime) -> Decision:
    state = _guest_state(snapshot, situation)
    if state is not None and state.is_final:
        return _launch(snapshot, situation, "The guest has answered; provisioning is finished.")
    found = _must_seal_again(snapshot, situation) if state is None else None
    if found:
        return _launch(snapshot, situation, "The guest's configuration is sealed again.", found)
    due = situation.since + snapshot.limits.guest_timeout
    if now > due:
        return _launch(snapshot, situation, "The guest's time is up; the agent looks for the cause.")
    text = f"Configuration is published; waiting until {due:%H:%M:%S} UTC at the latest for the guest to apply it."
    return Decision(_await_guest(due), in_progress(Reason.WAITING_FOR_GUEST, text))


def _guest_state(snapshot: Snapshot, situation: _Situation) -> GuestState | None:
    """Return what the guest says of this run, or None; what cannot be read says nothing."""
    own = identity.own_vm(snapshot) if snapshot.is_current() else None
    # It answers for the run it was given its data in, and goes on doing so when a later run takes over.
    sealed = snapshot.status.sealed
    run_id = sealed.run_id if sealed else situation.run_id
    if own is None or own[1].guest is None or not run_id:
        return None
    try:
        return parse_guest_state(own[1].guest.state, own[1].vm_id, run_id, None)
    except RecordError:
        return None


def _must_seal_again(snapshot: Snapshot, situation: _Situation) -> tuple[GuestKey, str] | None:
    """Return what to seal to, and its VM: a new key (the guest started anew), or the old one after a Secret's rotation.

    Only while the guest is seen and has not taken the data yet.
    """
    own = identity.own_vm(snapshot) if snapshot.is_current() else None
    sealed, found = snapshot.status.sealed, _guest_key(snapshot, situation)
    if own is None or own[1].guest is None or not situation.run_id:
        return None
    if sealed is None or found is None or sealed.count >= snapshot.limits.max_sealings:
        return None
    current = {check.secret_name: check.resource_version for check in snapshot.secrets}
    rotated = any(current.get(name, version) != version for name, version in sealed.secrets.items())
    return found if rotated or found[0].kid != sealed.kid else None


def _busy(snapshot: Snapshot, situation: _Situation, now: datetime) -> Decision:
    due = situation.since + snapshot.limits.host_busy_poll
    if now >= due:
        return _launch(snapshot, situation, "Looking again whether the machine is free on the host.")
    return Decision(Wait(due), in_progress(Reason.HOST_BUSY, failures.explain_code(AgentCode.HOST_BUSY)))


def _error(snapshot: Snapshot, situation: _Situation, now: datetime) -> Decision:
    assert snapshot.last is not None
    error = snapshot.last.error
    assert error is not None
    limits = snapshot.limits
    due = failures.retry_at(situation.since, error, snapshot.failures, limits.retry_base, limits.retry_limit)
    reason = failures.reason_of_error(error)
    if now >= due:
        return _launch(snapshot, situation, f"Trying again after: {error.message}")
    text = f"{failures.explain_error(error)} Next attempt at {due:%H:%M:%S} UTC."
    return Decision(Wait(due), stalled(reason, text) if failures.needs_person(error) else in_progress(reason, text))


def _failed(snapshot: Snapshot, situation: _Situation, now: datetime) -> Decision:
    code = situation.code
    assert code is not None
    fresh_spec = snapshot.generation > situation.generation
    if code is AgentCode.GUEST_TIMEOUT:
        state = _guest_state(snapshot, situation)
        if state is not None and state.is_final:
            # The same run: the guest's answer names it.
            return _launch(snapshot, situation, "The guest has answered after all; provisioning is finished.")
        found = _guest_key(snapshot, situation)
        if found and snapshot.is_current():
            return _launch(snapshot, situation, "The guest has signalled after all.", found, new_run=True)
    if fresh_spec and code is not AgentCode.GUEST_FAILED:
        return _launch(snapshot, situation, "The spec has changed; provisioning is tried again.", new_run=True)
    text = failures.explain_code(code, situation.message)
    reason = failures.reason_of_code(code)
    if code in failures.FINAL:
        return Decision(
            Wait(poll_soon=code is AgentCode.GUEST_TIMEOUT),
            stalled(reason, text, diagnosis=situation.diagnosis),
        )
    limits = snapshot.limits
    due = situation.since + failures.pause_after(max(snapshot.failures, 1), limits.retry_base, limits.retry_limit)
    if now >= due:
        return _launch(snapshot, situation, f"Trying again after: {situation.message or code.value}")
    if code in failures.TRANSIENT:
        return Decision(Wait(due), in_progress(Reason.RETRYING, text))
    return Decision(Wait(due), stalled(reason, text, diagnosis=situation.diagnosis))


def _await_guest(until: datetime | None) -> Wait:
    return Wait(until, poll_soon=True)


def next_attempt(snapshot: Snapshot) -> int:
    """Return the number of the next launch: greater than any that the resource or the host knows of."""
    claim, journal = snapshot.status.claim, snapshot.journal()
    return max(claim.attempt if claim else 0, journal.attempt if journal else 0) + 1


def _launch(
    snapshot: Snapshot,
    situation: _Situation,
    message: str,
    found: tuple[GuestKey, str] | None = None,
    *,
    new_run: bool = False,
) -> Decision:
    action = Launch(
        JobKind.PROVISION,
        run_id=None if new_run else situation.run_id,
        attempt=next_attempt(snapshot),
        seal_to=found[0] if found else None,
        vm_id=found[1] if found else None,
    )
    return Decision(action, in_progress(Reason.QUEUED, message))
