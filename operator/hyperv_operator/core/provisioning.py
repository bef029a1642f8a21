"""The states of a provisioning, drawn in docs/architecture.md.

The state comes from the last launch's own result or, after a restart or when another operator has launched since, from the
journal on the host. A launch too many is safe, because the agent reads before it writes, but it costs time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.core import identity, retry
from hyperv_operator.core.actions import Sealing
from hyperv_operator.core.identity import OwnVm
from hyperv_operator.core.retry import Failure
from hyperv_operator.core.snapshot import LaunchResult, Snapshot
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import GuestKey, GuestState, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.inventory import JournalFacts, JournalState
from hyperv_operator.protocol.records import PendingReason


@dataclass(frozen=True)
class NotStarted:
    """No launch was ever claimed."""


@dataclass(frozen=True)
class Unknown:
    """A launch was claimed, and no inventory that was begun after it is there yet."""


@dataclass(frozen=True)
class RunningElsewhere:
    """A launch that this process does not observe is running on the host."""


@dataclass(frozen=True)
class Interrupted:
    """A launch ended without an outcome."""

    run_id: str


@dataclass(frozen=True)
class AwaitingGuest:
    """The VM runs, and the next step is the guest's."""

    since: datetime
    run_id: str
    key: GuestKey | None = None
    """The key that the launch's outcome reported."""
    vm_id: str | None = None


class WaitingForGuestKey(AwaitingGuest):
    """The guest has to post a key."""


class WaitingForGuest(AwaitingGuest):
    """The configuration is published; the guest has to apply it."""


@dataclass(frozen=True)
class LaunchFailed:
    """The last launch failed, or found the machine locked by another one."""

    failure: Failure
    run_id: str
    generation: int
    """The generation of the spec that the launch used."""


ProvisioningState = NotStarted | Unknown | RunningElsewhere | Interrupted | AwaitingGuest | LaunchFailed


def observe(snapshot: Snapshot, now: datetime) -> ProvisioningState:
    """Return the state of a machine's provisioning."""
    journal = snapshot.journal() if snapshot.is_current() else None
    last = snapshot.own_last
    if last and not (journal and journal.attempt > last.attempt):
        return _from_result(last)
    claim, run = snapshot.status.claim, snapshot.status.run
    if claim is None:
        return NotStarted()
    if not snapshot.is_current():
        return Unknown()
    if journal:
        read_at = snapshot.run_seen_at or now
        written = run.finished_at if run and run.finished_at else journal.updated_at or read_at
        # Another process's clock may be ahead: what it wrote is no later than when this process read it.
        return _from_journal(journal, min(written, read_at))
    # Another operator has claimed the launch, and the host may not show it yet.
    foreign = run is not None and run.finished_at is None and claim.operator != snapshot.limits.operator
    if foreign and snapshot.run_seen_at and now < snapshot.run_seen_at + snapshot.limits.takeover:
        return RunningElsewhere()
    return Interrupted(claim.run_id)


def _from_result(last: LaunchResult) -> ProvisioningState:
    failure = retry.failure_of(last)
    if failure:
        return LaunchFailed(failure, last.run_id, last.generation)
    outcome = last.outcome
    if outcome is None or not outcome.waits_for_guest:
        return Interrupted(last.run_id)
    kind = WaitingForGuest if outcome.pending_reason is PendingReason.WAITING_FOR_GUEST else WaitingForGuestKey
    return kind(last.finished_at, last.run_id, outcome.guest_key, outcome.vm_id)


def _from_journal(journal: JournalFacts, at: datetime) -> ProvisioningState:
    if journal.locked:
        return RunningElsewhere()
    if journal.state is JournalState.FAILED:
        return LaunchFailed(retry.failure_in_journal(journal, at), journal.run_id, journal.generation)
    if journal.state is JournalState.PENDING and journal.reason == PendingReason.WAITING_FOR_GUEST_KEY.value:
        return WaitingForGuestKey(at, journal.run_id, vm_id=journal.vm_id)
    if journal.state is JournalState.PENDING and journal.reason == PendingReason.WAITING_FOR_GUEST.value:
        return WaitingForGuest(at, journal.run_id, vm_id=journal.vm_id)
    return Interrupted(journal.run_id)


# --- the guest's signals ---------------------------------------------------------------------------------------------


def _current_vm(snapshot: Snapshot) -> OwnVm | None:
    """Return the machine's VM, if an inventory that was begun after the last launch reports it."""
    return identity.own_vm(snapshot) if snapshot.is_current() else None


def posted_key(snapshot: Snapshot, state: ProvisioningState) -> Sealing | None:
    """Return the key that the guest posts now and its VM, else those of the last outcome; an unreadable key is none."""
    own = _current_vm(snapshot)
    if own and own.vm.guest:
        try:
            key = parse_guest_ready(own.vm.guest.ready, own.vm.vm_id)
        except RecordError:
            key = None
        if key:
            return Sealing(key, own.vm.vm_id)
    if isinstance(state, AwaitingGuest) and state.key and state.vm_id:
        return Sealing(state.key, state.vm_id)
    return None


def sealings(snapshot: Snapshot) -> int:
    """Return how often the guest data was sealed since the spec was last changed, in whatever run.

    Only a person changes the spec. A guest that posts a key gets a new run after its timeout, and must not get new sealings with it.
    """
    sealed = snapshot.status.sealed
    return sealed.count if sealed and sealed.generation == snapshot.generation else 0


def may_seal(snapshot: Snapshot) -> bool:
    """Return whether the guest data may be sealed once more."""
    return sealings(snapshot) < snapshot.limits.max_sealings


def unreadable_signal(snapshot: Snapshot, run_id: str) -> str | None:
    """Return why what the guest posts cannot be read; None if it can be, or if the guest posts nothing."""
    own = _current_vm(snapshot)
    if own is None or own.vm.guest is None:
        return None
    try:
        parse_guest_ready(own.vm.guest.ready, own.vm.vm_id)
        parse_guest_state(own.vm.guest.state, own.vm.vm_id, run_id, None)
    except RecordError as error:
        return error.message
    return None


def reported_state(snapshot: Snapshot, run_id: str) -> GuestState | None:
    """Return the state that the guest reports for its run; an unreadable state is none.

    The guest reports for the run in which its data was sealed, also when a later run has followed.
    """
    own = _current_vm(snapshot)
    if own is None or own.vm.guest is None:
        return None
    sealed = snapshot.status.sealed
    try:
        return parse_guest_state(own.vm.guest.state, own.vm.vm_id, sealed.run_id if sealed else run_id, None)
    except RecordError:
        return None


def resealing(snapshot: Snapshot, state: WaitingForGuest) -> Sealing | None:
    """Return what to seal to once more: a new key (the guest has started anew), or the same one after a Secret has changed.

    Only while the guest is seen and has not taken the data.
    """
    own = _current_vm(snapshot)
    sealed, found = snapshot.status.sealed, posted_key(snapshot, state)
    if own is None or own.vm.guest is None or sealed is None or found is None:
        return None
    # A Secret that cannot be read now cannot be sealed from either.
    current = {check.secret_name: check.resource_version for check in snapshot.secrets if check.problem is None}
    rotated = any(current.get(name, version) != version for name, version in sealed.secrets.items())
    return found if rotated or found.key.kid != sealed.kid else None
