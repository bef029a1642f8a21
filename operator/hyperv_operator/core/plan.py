"""The one decision of a pass: what to do about a machine, and what to say about it. Total and pure."""

from __future__ import annotations

from datetime import datetime

from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import preconditions, provisioned, provisioning, removal
from hyperv_operator.core.actions import JobKind, Launch, Wait
from hyperv_operator.core.decision import Decision, Fact, Phase, Standing, blocked, working
from hyperv_operator.core.preconditions import Violation
from hyperv_operator.core.snapshot import Holding, Snapshot
from hyperv_operator.protocol.records import OutcomeKind


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide: the same snapshot and time always give the same decision."""
    if snapshot.deleting:
        return removal.decide(snapshot, now)
    if is_configured(snapshot):
        return provisioned.decide(snapshot, now)
    if snapshot.holding:
        return Decision(Wait(), _held(snapshot, snapshot.holding))
    if snapshot.paused:
        text = "spec.paused is true: the operator watches and changes nothing."
        return Decision(Wait(), working(Reason.PAUSED, text))
    violation = preconditions.first_violation(snapshot)
    if violation:
        return _refuse(snapshot, violation, now)
    decision = provisioning.decide(snapshot, now)
    if isinstance(decision.action, Launch):
        violation = preconditions.agent_ready_for(snapshot, decision.action)
        if violation:
            return _refuse(snapshot, violation, now)
    accepted = Fact(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")
    return Decision(decision.action, _with_accepted(decision.standing, accepted))


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


def _held(snapshot: Snapshot, holding: Holding) -> Standing:
    last = snapshot.last
    stalled = snapshot.status.condition(MachineCondition.STALLED)
    if last and snapshot.failures and stalled is not None and stalled.status == "True" and holding.step is None:
        # A retry of what a person has to mend: nothing is announced before it gets anywhere.
        return Standing(Phase.UNCHANGED, Reason.RETRYING, stalled.message)
    if not holding.running:
        return working(Reason.QUEUED, "Waiting for a free place on the host.")
    if holding.step is None:
        # The claim has said so, a moment ago: another word for it would be another write.
        return Standing(Phase.UNCHANGED, Reason.RUNNING, "The agent is being started.")
    return working(Reason.RUNNING, f"The agent is at step {holding.step}.")


def _refuse(snapshot: Snapshot, violation: Violation, now: datetime) -> Decision:
    accepted = (
        Fact(False, violation.reason, violation.message)
        if violation.about_submission
        else Fact(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")
    )
    standing = (
        blocked(violation.reason, violation.message, accepted=accepted)
        if violation.needs_person
        else working(violation.reason, violation.message, accepted=accepted)
    )
    return Decision(Wait(now + snapshot.limits.secret_poll if violation.recheck else None), standing)


def _with_accepted(standing: Standing, accepted: Fact) -> Standing:
    return Standing(
        standing.phase,
        standing.reason,
        standing.message,
        accepted=accepted,
        provisioned=standing.provisioned,
        guest_configured=standing.guest_configured,
        synced=standing.synced,
        diagnosis=standing.diagnosis,
    )
