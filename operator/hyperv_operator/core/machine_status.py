"""The status of a HyperVMachine: written from a decision. Status reports; it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hyperv_operator.api.common import Condition
from hyperv_operator.api.machine import Applied, Claim, HyperVMachineStatus, Origin, PastRun, Run, Sealed
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import conditions, failures, identity
from hyperv_operator.core.actions import Launch, Provision
from hyperv_operator.core.decision import ACCEPTED, Assessment, ConditionValue, Readiness
from hyperv_operator.core.drift import applied_now, asked_for
from hyperv_operator.core.mutability import Mutability, frozen_values
from hyperv_operator.core.snapshot import LaunchResult, Snapshot
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import OutcomeKind
from hyperv_operator.schema.os_family import OsFamily

MAX_HISTORY: Final = 5
_MAX_DEFINITION: Final = 16_384
_MAX_DIAGNOSIS: Final = 2_048
_MAX_PAST_MESSAGE: Final = 512
_MAX_OUTCOME: Final = 64
_MAX_ADDRESSES: Final = 32
_VERBS: Final = {
    JobKind.PROVISION: "provisions the VM",
    JobKind.UPDATE: "updates the VM",
    JobKind.REMOVE: "removes the VM",
}


@dataclass(frozen=True)
class LaunchStart:
    """A launch that is about to begin: what the claim says, and what is sent."""

    launch: Launch
    run_id: str
    generation: int
    started_at: datetime
    definition: str
    """The job as JSON, redacted."""
    sealed: Sealed | None = None
    agent: str | None = None
    """Name of the agent's version; None for an agent that a person has installed."""


def compose(snapshot: Snapshot, assessment: Assessment, now: datetime) -> HyperVMachineStatus:
    """Return the status after a pass; equal to the old one if nothing has changed."""
    old = snapshot.status
    updates: dict[str, object] = {
        "observed_generation": _observed_generation(snapshot, assessment),
        "conditions": _conditions(snapshot, assessment, now),
        "run": _run(snapshot),
        "history": _history(snapshot),
        "diagnosis": _diagnosis(old, assessment),
        **_vm(snapshot),
    }
    if snapshot.is_configured:
        updates["guest_configured_at"] = old.guest_configured_at or now
        updates["applied"] = _applied(snapshot)
    return old.model_copy(update=updates)


def _observed_generation(snapshot: Snapshot, assessment: Assessment) -> int | None:
    """Return the generation that `Ready` speaks of. A pass that leaves `Ready` as it is has not judged a newer spec."""
    if assessment.readiness is Readiness.UNCHANGED:
        return snapshot.status.observed_generation
    return snapshot.generation


def compose_start(snapshot: Snapshot, start: LaunchStart, operator: str, now: datetime) -> HyperVMachineStatus:
    """Return the status that claims a launch. It is written before the launch, with a resourceVersion test."""
    old, kind = snapshot.status, start.launch.kind
    run = Run(
        id=start.run_id,
        kind=kind.value,
        attempt=start.launch.attempt,
        step=old.run.step if old.run and old.run.id == start.run_id else None,
        started_at=start.started_at,
        definition=start.definition[:_MAX_DEFINITION],
    )
    assessment = Assessment(
        Readiness.UNCHANGED if snapshot.retries_stalled else Readiness.IN_PROGRESS,
        Reason.DELETING if kind is JobKind.REMOVE else Reason.RUNNING,
        f"The agent on {start.launch.host.name} {_VERBS[kind]}.",
        accepted=ACCEPTED if kind is JobKind.PROVISION else None,
    )
    updates: dict[str, object] = {
        "observed_generation": snapshot.generation,
        "conditions": _conditions(snapshot, assessment, now),
        "claim": Claim(run_id=start.run_id, attempt=start.launch.attempt, operator=operator, agent=start.agent),
        "run": run,
        "history": _history(snapshot),
        **_vm(snapshot),
    }
    if isinstance(start.launch.work, Provision):
        updates |= _provisioning(snapshot, start, start.launch.work)
    return old.model_copy(update=updates)


def _provisioning(snapshot: Snapshot, start: LaunchStart, work: Provision) -> dict[str, object]:
    """Return what the claim of a provisioning records: what the machine is made with, and what its VM will have."""
    old, host = snapshot.status, start.launch.host
    updates: dict[str, object] = {}
    origin = old.origin
    if origin is None and host.identity is not None:
        origin = Origin(
            schema_version=work.spec.schema_version,
            fields=frozen_values(snapshot.schema, work.spec, [Mutability.FROZEN_BY_CLAIM]),
            machines_folder=host.spec.paths.machines,
            host_id=host.identity,
        )
    if start.sealed:
        updates["sealed"] = start.sealed
        given = frozen_values(snapshot.schema, work.spec, [Mutability.FROZEN_BY_SEALING, Mutability.FROZEN_BY_GUEST])
        origin = origin and origin.model_copy(update={"fields": {**origin.fields, **given}})
    updates["origin"] = origin
    if work.lost_vm_id is not None:
        # The new VM has another id, another place perhaps, and takes its configuration anew.
        updates |= {"vm_id": None, "host": None, "power_state": None, "addresses": (), "sealed": None}
    if work.lost_vm_id is not None or not snapshot.is_vm_known:
        updates["applied"] = asked_for(work.spec).model_copy(update={"power_state": "Running"})
    return updates


def _applied(snapshot: Snapshot) -> Applied | None:
    """Return what is applied to the VM: what an update has just set, and what the VM is seen to have."""
    applied, last, run = snapshot.status.applied, snapshot.own_last, snapshot.status.run
    if last and last.applied and applied and run and _ends(last, run):
        applied = applied.model_copy(update=last.applied.model_dump(exclude_none=True))
    spec, own = snapshot.readable_spec, identity.own_vm(snapshot)
    if spec is None or own is None or not snapshot.is_fresh(own.host) or identity.conflict(snapshot):
        return applied
    return applied_now(spec, own.vm, applied)


def _conditions(snapshot: Snapshot, assessment: Assessment, now: datetime) -> tuple[Condition, ...]:
    values: dict[str, ConditionValue] = dict(_kstatus(assessment))
    if assessment.accepted:
        values[MachineCondition.ACCEPTED] = assessment.accepted
    if snapshot.is_configured:
        values |= _milestones(snapshot)
    elif not snapshot.deleting:
        not_yet = ConditionValue(None, Reason.NOT_YET, "Provisioning is not finished.")
        for kind in (MachineCondition.PROVISIONED, MachineCondition.GUEST_CONFIGURED, MachineCondition.SYNCED):
            if snapshot.status.condition(kind) is None:
                values[kind] = not_yet
    if assessment.synced:
        values[MachineCondition.SYNCED] = assessment.synced
    keep = assessment.readiness is Readiness.UNCHANGED
    return conditions.merge(
        snapshot.status.conditions, values, list(MachineCondition), snapshot.generation, now, keep_generations=keep
    )


def _milestones(snapshot: Snapshot) -> dict[str, ConditionValue]:
    reached = {
        MachineCondition.PROVISIONED: ConditionValue(
            True, Reason.PROVISIONED, "The host has finished: VM, disk and configuration are in place."
        ),
        MachineCondition.GUEST_CONFIGURED: ConditionValue(
            True, Reason.GUEST_CONFIGURED, "The guest has reported its configuration as applied."
        ),
    }
    return {kind: value for kind, value in reached.items() if not snapshot.status.is_true(kind)}


def _kstatus(assessment: Assessment) -> list[tuple[str, ConditionValue]]:
    """Return `Ready`, `Reconciling` and `Stalled`."""
    reason, message = assessment.reason, assessment.message
    idle = ConditionValue(False, Reason.IDLE, "Nothing is being done.")
    unimpeded = ConditionValue(False, Reason.AS_EXPECTED, "Nothing prevents progress.")
    match assessment.readiness:
        case Readiness.IN_PROGRESS:
            ready, reconciling, stalled = None, ConditionValue(True, reason, message), unimpeded
        case Readiness.STALLED:
            ready, reconciling, stalled = False, idle, ConditionValue(True, reason, message)
        case Readiness.READY:
            ready, reconciling, stalled = True, idle, unimpeded
        case Readiness.UNCHANGED:
            return []
    return [
        (MachineCondition.READY, ConditionValue(ready, reason, message)),
        (MachineCondition.RECONCILING, reconciling),
        (MachineCondition.STALLED, stalled),
    ]


def _run(snapshot: Snapshot) -> Run | None:
    run, last, task = snapshot.status.run, snapshot.last, snapshot.active_task
    if run is None:
        return None
    if task and task.running and run.finished_at is None:
        return run.model_copy(update={"step": task.step or run.step, "step_progress": task.percent})
    if last is None or not _ends(last, run):
        return run
    return run.model_copy(
        update={
            "finished_at": last.finished_at,
            "outcome": outcome_line(last),
            "step": last.step or run.step,
            "step_progress": None,
        }
    )


def _ends(last: LaunchResult, run: Run) -> bool:
    """Return whether the result is that of the launch that status still shows as running."""
    return run.finished_at is None and (last.run_id, last.attempt) == (run.id, run.attempt)


def outcome_line(last: LaunchResult) -> str:
    """Return how a launch ended in two words: the outcome and its reason, code or error."""
    if last.error is not None:
        return f"failed: {failures.reason_of_error(last.error)}"
    if last.outcome is None:
        return "failed: Internal"
    detail = last.outcome.code.value if last.outcome.code else last.outcome.reason
    return f"{last.outcome.outcome.value}: {detail}"[:_MAX_OUTCOME]


def _history(snapshot: Snapshot) -> tuple[PastRun, ...]:
    """Add the run that has ended. A launch that is pending does not end its run."""
    run, last, history = snapshot.status.run, snapshot.last, snapshot.status.history
    if last is None or run is None or not _ends(last, run):
        return history
    if last.outcome and last.outcome.outcome is OutcomeKind.PENDING:
        return history
    message = failures.without_paths(last.outcome.message) if last.outcome else ""
    if last.error:
        message = failures.explain_to_owner_of_machine(last.error)
    line = PastRun(
        id=last.run_id,
        attempt=last.attempt,
        finished_at=last.finished_at,
        outcome=outcome_line(last),
        message=message[:_MAX_PAST_MESSAGE],
    )
    return (line, *history)[:MAX_HISTORY]


def _diagnosis(old: HyperVMachineStatus, assessment: Assessment) -> str | None:
    """Return the diagnosis: kept while the machine is Stalled, cleared when work continues."""
    if assessment.readiness in (Readiness.IN_PROGRESS, Readiness.READY):
        return None
    return (assessment.diagnosis or old.diagnosis or "")[:_MAX_DIAGNOSIS] or None


def _vm(snapshot: Snapshot) -> dict[str, object]:
    """Return what is known of the VM: its GUID from the launch or the mark, the rest from the inventory."""
    updates: dict[str, object] = {}
    last = snapshot.own_last
    if snapshot.status.vm_id is None and last and last.outcome and last.outcome.vm_id:
        updates["vm_id"] = last.outcome.vm_id
    if last and last.os_family:
        updates["os_family"] = OsFamily(last.os_family).value
    own = identity.own_vm(snapshot)
    if own and not identity.conflict(snapshot):
        updates["host"] = own.host.name
        updates["power_state"] = own.vm.state
        updates["addresses"] = own.vm.addresses[:_MAX_ADDRESSES]
        if snapshot.status.vm_id is None:
            updates["vm_id"] = own.vm.vm_id
    return updates
