"""The rules of the decision table that two or more lifecycles share."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from hyperv_operator.api.catalogue import CATALOGUE, explain
from hyperv_operator.api.names import ABANDON_ANNOTATION, MachineCondition, Reason
from hyperv_operator.core import failures, identity, mutability, preconditions, tenancy, unreadable
from hyperv_operator.core.actions import Wait
from hyperv_operator.core.decision import ConditionValue, Decision, Lifecycle, in_progress, stalled, unchanged
from hyperv_operator.core.drift import describe
from hyperv_operator.core.host_names import owned_name
from hyperv_operator.core.preconditions import Precondition, Violation
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode

SECRET_POLL: Final = timedelta(seconds=1)
"""How often a Secret that may come at any moment is looked for."""
_UNSEEN = "Whether the machine has anything on its host cannot be seen now."


def next_attempt(snapshot: Snapshot) -> int:
    """Return the number of the next launch: greater than any that the resource or the host knows."""
    claim = snapshot.status.claim
    known = (*((claim,) if claim else ()), *snapshot.journals())
    return max((one.attempt for one in known), default=0) + 1


def identity_of(snapshot: Snapshot) -> str:
    """Return the value that the abandon annotation must have: the VM's GUID, or the resource's UID before there is one."""
    return snapshot.status.vm_id or snapshot.uid


def abandoning_refused(snapshot: Snapshot) -> bool:
    """Return whether the host's tenant entry forbids to release the resource without its host."""
    host = snapshot.host
    return host is not None and tenancy.abandoning_refused(host.spec.tenants, snapshot.namespace_labels)


def how_to_abandon(snapshot: Snapshot) -> str:
    """Return the sentence, with a space before it, that says how to delete the resource without its host."""
    if abandoning_refused(snapshot):
        ignored = "is not honoured, because" if snapshot.abandon is not None else "would not be honoured:"
        return (
            f" The annotation {ABANDON_ANNOTATION} {ignored} this host does not allow this namespace to release a resource without its "
            "host. Ask whoever manages the HyperVHost to allow it (allowAbandon)."
        )
    return f" To release the resource without its host, annotate it with {ABANDON_ANNOTATION}={identity_of(snapshot)}."


def task_active(situation: Situation) -> Decision | None:
    """The executor holds a task for the machine."""
    snapshot, task = situation.snapshot, situation.snapshot.active_task
    if task is None:
        return None
    match situation.lifecycle:
        case Lifecycle.REMOVAL:
            what = "the removal" if task.kind is JobKind.REMOVE else "a launch that is under way"
            return Decision(Wait(), in_progress(Reason.DELETING, f"Waiting for {what} to end on the host."))
        case Lifecycle.PROVISIONED:
            text = f"The agent updates the VM to match the spec.{_paused_later(snapshot)}"
            return Decision(Wait(), in_progress(Reason.RUNNING, text))
        case Lifecycle.PROVISIONING:
            if snapshot.retries_stalled and task.step is None:
                # The cause may not be gone: the machine stays Stalled until the retry reaches a step.
                return Decision(Wait(), unchanged(Reason.RETRYING, "The agent is started again."))
            if not task.running:
                text = f"Waiting for a free slot on the host.{_paused_later(snapshot)}"
                return Decision(Wait(), in_progress(Reason.QUEUED, text))
            if task.step is None:
                # The claim has just written the same to status; other words would be another write.
                return Decision(Wait(), unchanged(Reason.RUNNING, "The agent is being started."))
            text = f"The agent is at step {task.step}.{_paused_later(snapshot)}"
            return Decision(Wait(), in_progress(Reason.RUNNING, text))


def _paused_later(snapshot: Snapshot) -> str:
    spec = snapshot.readable_spec
    return " spec.paused is true: nothing more is started after this launch." if spec and spec.paused else ""


def spec_unreadable(situation: Situation) -> Decision | None:
    """The spec does not have the shape of the resource."""
    spec = situation.snapshot.spec
    return (
        Decision(Wait(), stalled(Reason.INVALID_SPEC, explain(Reason.INVALID_SPEC, spec)))
        if isinstance(spec, str)
        else None
    )


def field_frozen(situation: Situation) -> Decision | None:
    """A field differs from what the machine is made with, and can no longer be changed."""
    names = mutability.changed(situation.snapshot)
    if not names:
        return None
    listed = ", ".join(names)
    text = explain(Reason.FIELD_FROZEN, f"Changed, although the machine is made with the earlier value: {listed}.")
    return Decision(Wait(), stalled(Reason.FIELD_FROZEN, text))


def other_machine(situation: Situation) -> Decision | None:
    """The target host is not the machine that it was at the first launch, and no host reports the VM."""
    snapshot, host, origin = situation.snapshot, situation.snapshot.host, situation.snapshot.status.origin
    if host is None or host.identity is None or origin is None or snapshot.place is not host:
        return None
    if situation.own is not None or host.identity == origin.host_id or host.report is None:
        # Without an inventory it is not known whether the VM has come along, for example to a host that was reinstalled.
        return None
    facts = f"HyperVHost {host.name} is another machine than the one that this machine was made on. Nothing is changed there."
    text = explain(Reason.HOST_IDENTITY_CHANGED, facts)
    if situation.lifecycle is Lifecycle.REMOVAL:
        until = situation.now + snapshot.limits.secret_poll
        return Decision(Wait(until), in_progress(Reason.HOST_IDENTITY_CHANGED, text + how_to_abandon(snapshot)))
    return Decision(Wait(), stalled(Reason.HOST_IDENTITY_CHANGED, text))


def identity_conflict(situation: Situation) -> Decision | None:
    """The VM that carries the machine's mark is not the machine's VM beyond doubt."""
    problem = identity.conflict(situation.snapshot)
    if problem is None:
        return None
    text = explain(Reason.IDENTITY_CONFLICT, f"{problem} Nothing is changed.")
    return Decision(Wait(), stalled(Reason.IDENTITY_CONFLICT, text))


def vm_unreadable(situation: Situation) -> Decision | None:
    """Hyper-V cannot open the machine's VM."""
    found = unreadable.unopened_vm(situation.snapshot)
    if found is None:
        return None
    return Decision(Wait(), stalled(Reason.VM_UNREADABLE, explain(Reason.VM_UNREADABLE, found)))


def report_unreadable(situation: Situation) -> Decision | None:
    """A line of an inventory was lost that is, or may be, that of the machine's VM or journal."""
    snapshot, provisioned = situation.snapshot, situation.lifecycle is Lifecycle.PROVISIONED
    found = unreadable.vm_line(snapshot) or (None if provisioned else unreadable.journal_line(snapshot))
    if found is None:
        return None
    text = explain(Reason.REPORT_UNREADABLE, found)
    ready = snapshot.status.condition(MachineCondition.READY)
    if provisioned and ready is not None and ready.status == "True":
        synced = ConditionValue(None, Reason.REPORT_UNREADABLE, text)
        return Decision(Wait(), unchanged(Reason.REPORT_UNREADABLE, text, synced=synced))
    return Decision(Wait(), in_progress(Reason.REPORT_UNREADABLE, text))


def paused(situation: Situation) -> Decision | None:
    """`spec.paused` is true. Rows that only report come before this one."""
    spec = situation.snapshot.readable_spec
    if spec is None or not spec.paused:
        return None
    if situation.lifecycle is Lifecycle.PROVISIONED:
        text = f"{describe(situation.pending)}. Nothing is changed while spec.paused is true."
        synced = ConditionValue(False, Reason.PAUSED, text)
        return Decision(Wait(), in_progress(Reason.PAUSED, text, synced=synced))
    text = "spec.paused is true: the operator observes and launches nothing."
    journal = situation.snapshot.journal()
    if journal and journal.locked:
        text += " A launch that was started earlier is still running on the host, and ends by itself."
    return Decision(Wait(), in_progress(Reason.PAUSED, text))


def host_missing(situation: Situation) -> Decision | None:
    """A deleted machine's HyperVHost does not exist."""
    if situation.host is not None:
        return None
    name = situation.snapshot.status.host or situation.snapshot.target_host or "(unknown)"
    status = situation.snapshot.status
    what = "remove the VM" if status.claim or status.vm_id else "see whether the machine has anything on it"
    text = f"The HyperVHost {name} of this machine does not exist, so the operator cannot {what}. Create it again."
    until = situation.now + situation.snapshot.limits.secret_poll
    return Decision(Wait(until), in_progress(Reason.HOST_NOT_FOUND, text + how_to_abandon(situation.snapshot)))


def host_problem(situation: Situation) -> Decision | None:
    """The host cannot be used now."""
    host, snapshot = situation.host, situation.snapshot
    if host is None or host.problem is None:
        return None
    reason, text = host.problem.reason, f"{owned_name(snapshot, host)}: {host.problem.to_owners}"
    match situation.lifecycle:
        case Lifecycle.REMOVAL:
            what = "The VM cannot be removed now." if snapshot.status.claim else _UNSEEN
            text = f"{what} {text}{how_to_abandon(snapshot)}"
            return Decision(Wait(situation.now + snapshot.limits.secret_poll), in_progress(reason, text))
        case Lifecycle.PROVISIONED:
            return Decision(Wait(), in_progress(reason, f"{describe(situation.differences)}. {text}"))
        case Lifecycle.PROVISIONING:
            return Decision(Wait(), stalled(reason, text) if host.problem.needs_person else in_progress(reason, text))


def retry_pending(situation: Situation) -> Decision | None:
    """The last launch failed, and the pause before the next one is not over, or only a change can help."""
    failure, lifecycle = situation.failure, situation.lifecycle
    if failure is None:
        return None
    provisioning = lifecycle is Lifecycle.PROVISIONING
    if provisioning and failure.code in failures.FINAL:
        waits_for_guest = failure.code is AgentCode.GUEST_TIMEOUT
        assessment = stalled(failure.reason, failure.message, diagnosis=failure.diagnosis)
        return Decision(Wait(poll_soon=waits_for_guest), assessment)
    due = situation.retry_at
    if situation.now >= due:
        return None
    text = f"{failure.message} Next attempt at {due:%H:%M:%S} UTC."
    if lifecycle is Lifecycle.REMOVAL:
        return Decision(Wait(due), in_progress(failure.reason, text + how_to_abandon(situation.snapshot)))
    if failure.needs_person:
        return Decision(Wait(due), stalled(failure.reason, text, diagnosis=failure.diagnosis))
    transient = provisioning and failure.is_transient and failure.code is not AgentCode.HOST_BUSY
    return Decision(Wait(due), in_progress(Reason.RETRYING if transient else failure.reason, text))


def secrets_expected(situation: Situation) -> Decision | None:
    """A Secret of a new machine does not exist yet."""
    if situation.snapshot.status.claim is not None:
        return None
    missing = preconditions.secrets_expected(situation.snapshot, situation.now)
    if not missing:
        return None
    text = f"Waiting for what was created together with the machine: {' '.join(check.detail for check in missing)}"
    return Decision(Wait(situation.now + SECRET_POLL), in_progress(Reason.WAITING_FOR_SECRET, text))


def refuse(situation: Situation, violation: Violation) -> Decision:
    """Return the decision to wait because of a violated precondition."""
    until = situation.now + situation.snapshot.limits.secret_poll if violation.recheck else None
    assess = stalled if CATALOGUE[violation.reason].needs_person else in_progress
    return Decision(Wait(until), assess(violation.reason, violation.message))


class Guard:
    """The rule of a precondition: wait while it is violated.

    What is only needed to give the guest its configuration (`until_guest`) is not asked for once the guest has it.
    """

    def __init__(self, precondition: Precondition, *, until_guest: bool = False) -> None:
        self._precondition = precondition
        self._until_guest = until_guest

    def __call__(self, situation: Situation) -> Decision | None:
        """Return the decision to wait, or None if the precondition holds."""
        if self._until_guest and situation.guest_has_data:
            return None
        violation = self._precondition(situation.snapshot)
        return refuse(situation, violation) if violation else None
