"""From a decision to the status that is written. Nothing here steers: it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.common import Condition
from hyperv_operator.api.machine import Claim, HyperVMachineStatus, PastRun, Run, Sealed
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import conditions, failures, identity
from hyperv_operator.core.actions import JobKind
from hyperv_operator.core.decision import Assessment, ConditionValue, Readiness
from hyperv_operator.core.plan import is_configured
from hyperv_operator.core.snapshot import LaunchResult, Snapshot
from hyperv_operator.protocol.records import OutcomeKind
from hyperv_operator.schema.os_family import OsFamily

_HISTORY = 5


@dataclass(frozen=True)
class LaunchStart:
    """A launch that is about to begin: what the claim says, and what is sent."""

    kind: JobKind
    run_id: str
    attempt: int
    generation: int
    started_at: datetime
    definition: str
    sealed: Sealed | None = None
    agent: str | None = None
    """Name of the agent's version; None for one that was installed by hand."""


def compose(snapshot: Snapshot, assessment: Assessment, now: datetime) -> HyperVMachineStatus:
    """Return the status after a pass; equal to the old one when nothing changed."""
    old = snapshot.status
    updates: dict[str, object] = {
        "observed_generation": snapshot.generation,
        "conditions": _conditions(snapshot, assessment, now),
        "run": _run(snapshot),
        "history": _history(snapshot),
        "diagnosis": _diagnosis(old, assessment),
        **_vm(snapshot),
    }
    return old.model_copy(update=updates)


def compose_start(snapshot: Snapshot, start: LaunchStart, operator: str, now: datetime) -> HyperVMachineStatus:
    """Return the status that claims a launch; it is written, with a resourceVersion test, before the launch."""
    old = snapshot.status
    verb = {JobKind.PROVISION: "provisions the VM", JobKind.UPDATE: "updates the VM", JobKind.REMOVE: "removes the VM"}
    host = identity.place(snapshot)
    text = f"The agent on {host.name if host else 'the host'} {verb[start.kind]}."
    reason = Reason.DELETING if start.kind is JobKind.REMOVE else Reason.RUNNING
    stalled = old.condition(MachineCondition.STALLED)
    retries_stalled = snapshot.failures > 0 and stalled is not None and stalled.status == "True"
    assessment = Assessment(Readiness.UNCHANGED if retries_stalled else Readiness.IN_PROGRESS, reason, text)
    if start.kind is JobKind.PROVISION:
        accepted = ConditionValue(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")
        assessment = Assessment(assessment.readiness, reason, text, accepted=accepted)
    run = Run(
        id=start.run_id,
        kind=start.kind.value,
        attempt=start.attempt,
        step=old.run.step if old.run and old.run.id == start.run_id else None,
        started_at=start.started_at,
        definition=start.definition[:16_384],
    )
    updates: dict[str, object] = {
        "observed_generation": snapshot.generation,
        "conditions": _conditions(snapshot, assessment, now),
        "claim": Claim(run_id=start.run_id, attempt=start.attempt, operator=operator, agent=start.agent),
        "run": run,
        "history": _history(snapshot),
        **_vm(snapshot),
    }
    if start.sealed:
        updates["sealed"] = start.sealed
    return old.model_copy(update=updates)


def _conditions(snapshot: Snapshot, assessment: Assessment, now: datetime) -> tuple[Condition, ...]:
    facts: dict[str, ConditionValue] = dict(_kstatus(assessment))
    configured = is_configured(snapshot)
    if assessment.accepted:
        facts[MachineCondition.ACCEPTED] = assessment.accepted
    if configured:
        if not _is_true(snapshot, MachineCondition.PROVISIONED):
            text = "The host has finished: VM, disk and configuration are in place."
            facts[MachineCondition.PROVISIONED] = ConditionValue(True, Reason.PROVISIONED, text)
        if not _is_true(snapshot, MachineCondition.GUEST_CONFIGURED):
            text = "The guest has reported its configuration as applied."
            facts[MachineCondition.GUEST_CONFIGURED] = ConditionValue(True, Reason.GUEST_CONFIGURED, text)
    elif not snapshot.deleting:
        for kind in (MachineCondition.PROVISIONED, MachineCondition.GUEST_CONFIGURED, MachineCondition.SYNCED):
            if snapshot.status.condition(kind) is None:
                facts[kind] = ConditionValue(None, Reason.NOT_YET, "Provisioning is not finished.")
    if assessment.provisioned:
        facts[MachineCondition.PROVISIONED] = assessment.provisioned
    if assessment.guest_configured:
        facts[MachineCondition.GUEST_CONFIGURED] = assessment.guest_configured
    if assessment.synced:
        facts[MachineCondition.SYNCED] = assessment.synced
    merged = conditions.merge(snapshot.status.conditions, facts, list(MachineCondition), snapshot.generation, now)
    return tuple(_settled(condition, snapshot) for condition in merged)


def _settled(condition: Condition, snapshot: Snapshot) -> Condition:
    """An unsynced VM keeps the generation that it was last in line with: it tells a new spec from a hand's change."""
    if condition.type != MachineCondition.SYNCED or condition.reason != Reason.RUNNING:
        return condition
    was = snapshot.status.condition(MachineCondition.SYNCED)
    return condition.model_copy(update={"observed_generation": was.observed_generation if was else None})


def _is_true(snapshot: Snapshot, kind: MachineCondition) -> bool:
    condition = snapshot.status.condition(kind)
    return condition is not None and condition.status == "True"


def _kstatus(assessment: Assessment) -> list[tuple[str, ConditionValue]]:
    reason, message = assessment.reason, assessment.message
    match assessment.readiness:
        case Readiness.IN_PROGRESS:
            values: tuple[bool | None, bool, bool] = (None, True, False)
        case Readiness.STALLED:
            values = (False, False, True)
        case Readiness.READY:
            values = (True, False, False)
        case Readiness.UNCHANGED:
            return []
    ready, reconciling, stalled = values
    idle = "Nothing stands in the way." if not stalled else message
    return [
        (MachineCondition.READY, ConditionValue(ready, reason, message)),
        (
            MachineCondition.RECONCILING,
            ConditionValue(
                reconciling,
                reason if reconciling else Reason.IDLE,
                message if reconciling else "Nothing is being done.",
            ),
        ),
        (MachineCondition.STALLED, ConditionValue(stalled, reason if stalled else Reason.AS_EXPECTED, idle)),
    ]


def _run(snapshot: Snapshot) -> Run | None:
    run, last, active_task = snapshot.status.run, snapshot.last, snapshot.active_task
    if run is None:
        return None
    if active_task and active_task.running and run.finished_at is None:
        return run.model_copy(update={"step": active_task.step or run.step, "step_progress": active_task.percent})
    if last is None or last.run_id != run.id or last.attempt != run.attempt or run.finished_at is not None:
        return run
    updates: dict[str, object] = {"finished_at": last.finished_at, "outcome": outcome_line(last), "step_progress": None}
    if last.step:
        updates["step"] = last.step
    return run.model_copy(update=updates)


def outcome_line(last: LaunchResult) -> str:
    """Return how a launch ended in two words: the outcome and its reason, code or error."""
    if last.error is not None:
        return f"failed: {failures.reason_of_error(last.error)}"
    if last.outcome is None:
        return "failed: Internal"
    detail = last.outcome.code.value if last.outcome.code else last.outcome.reason
    return f"{last.outcome.outcome.value}: {detail}"[:64]


def _history(snapshot: Snapshot) -> tuple[PastRun, ...]:
    """A run is history when it is over: pending launches of one that goes on are not."""
    run, last, history = snapshot.status.run, snapshot.last, snapshot.status.history
    if last is None or run is None or run.finished_at is not None or last.attempt != run.attempt:
        return history
    if last.outcome and last.outcome.outcome is OutcomeKind.PENDING:
        return history
    message = last.error.message if last.error else last.outcome.message if last.outcome else ""
    line = PastRun(
        id=last.run_id,
        attempt=last.attempt,
        finished_at=last.finished_at,
        outcome=outcome_line(last),
        message=message[:512],
    )
    return (line, *history)[:_HISTORY]


def _diagnosis(old: HyperVMachineStatus, assessment: Assessment) -> str | None:
    if assessment.readiness in (Readiness.IN_PROGRESS, Readiness.READY):
        return None
    return (assessment.diagnosis or old.diagnosis or "")[:2048] or None


def _vm(snapshot: Snapshot) -> dict[str, object]:
    """What is known of the VM: its id from the launch or the mark, the rest from the inventory."""
    updates: dict[str, object] = {}
    last = snapshot.last
    if snapshot.status.vm_id is None and last and last.outcome and last.outcome.vm_id:
        updates["vm_id"] = last.outcome.vm_id
    if last and last.os_family:
        updates["os_family"] = OsFamily(last.os_family).value
    if identity.conflict(snapshot):
        return updates
    own = identity.own_vm(snapshot)
    if own:
        host, vm = own
        updates["host"] = host.name
        updates["power_state"] = vm.state
        updates["addresses"] = vm.addresses[:32]
        if snapshot.status.vm_id is None:
            updates["vm_id"] = vm.vm_id
    return updates
