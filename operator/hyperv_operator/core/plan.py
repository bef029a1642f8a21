"""The one decision of a pass: what to do about a machine, and what to say about it. Total and pure."""

from __future__ import annotations

from datetime import datetime

from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import preconditions, provisioned, provisioning, removal
from hyperv_operator.core.actions import JobKind, Launch, Wait
from hyperv_operator.core.decision import (
    Assessment,
    ConditionValue,
    Decision,
    Readiness,
    in_progress,
    stalled,
)
from hyperv_operator.core.preconditions import Violation
from hyperv_operator.core.snapshot import ActiveTask, Snapshot
from hyperv_operator.protocol.records import OutcomeKind


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide: the same snapshot and time always give the same decision."""
    if snapshot.deleting:
        return removal.decide(snapshot, now)
    if is_configured(snapshot):
        return provisioned.decide(snapshot, now)
    if snapshot.active_task:
        return Decision(Wait(), _held(snapshot, snapshot.active_task))
    if snapshot.paused:
        text = "spec.paused is true: the operator watches and changes nothing."
        return Decision(Wait(), in_progress(Reason.PAUSED, text))
    violation = preconditions.first_violation(snapshot)
    if violation:
        return _refuse(snapshot, violation, now)
    decision = provisioning.decide(snapshot, now)
    if isinstance(decision.action, Launch):
        violation = preconditions.agent_ready_for(snapshot, decision.action)
        if violation:
            return _refuse(snapshot, violation, now)
    accepted = ConditionValue(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")
    return Decision(decision.action, _with_accepted(decision.assessment, accepted))


def is_configured(snapshot: Snapshot) -> bool:
    """Tell whether the guest has acknowledged its configuration, in status or just now."""
    condition = snapshot.status.condition(MachineCondition.GUEST_CONFIGURED)
    if condition is not None and condition.status == "True" and snapshot.status.vm_id:
        return True
    last = snapshot.last
    return bool(
        last
        and last.kind is JobKind.PROVISION
        and last.outcome
        and last.outcome.outcome is OutcomeKind.COMPLETED
        and last.outcome.vm_id
    )


def _held(snapshot: Snapshot, active_task: ActiveTask) -> Assessment:
    last = snapshot.last
    stalled = snapshot.status.condition(MachineCondition.STALLED)
    if last and snapshot.failures and stalled is not None and stalled.status == "True" and active_task.step is None:
        # A retry of what a person has to mend: nothing is announced before it gets anywhere.
        return Assessment(Readiness.UNCHANGED, Reason.RETRYING, stalled.message)
    if not active_task.running:
        return in_progress(Reason.QUEUED, "Waiting for a free place on the host.")
    if active_task.step is None:
        # The claim has said so, a moment ago: another word for it would be another write.
        return Assessment(Readiness.UNCHANGED, Reason.RUNNING, "The agent is being started.")
    return in_progress(Reason.RUNNING, f"The agent is at step {active_task.step}.")


def _refuse(snapshot: Snapshot, violation: Violation, now: datetime) -> Decision:
    accepted = (
        ConditionValue(False, violation.reason, violation.message)
        if violation.about_submission
        else ConditionValue(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")
    )
    assessment = (
        stalled(violation.reason, violation.message, accepted=accepted)
        if violation.needs_person
        else in_progress(violation.reason, violation.message, accepted=accepted)
    )
    return Decision(Wait(now + snapshot.limits.secret_poll if violation.recheck else None), assessment)


def _with_accepted(assessment: Assessment, accepted: ConditionValue) -> Assessment:
    return Assessment(
        assessment.readiness,
        assessment.reason,
        assessment.message,
        accepted=accepted,
        provisioned=assessment.provisioned,
        guest_configured=assessment.guest_configured,
        synced=assessment.synced,
        diagnosis=assessment.diagnosis,
    )
