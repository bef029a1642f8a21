"""Events: what a change of status is worth telling. One Event a transition, none for standing still."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import EventReason, MachineCondition, Reason


@dataclass(frozen=True)
class MachineEvent:
    """One Event to write."""

    reason: EventReason
    message: str
    warning: bool = False


def announce(old: HyperVMachineStatus, new: HyperVMachineStatus) -> tuple[MachineEvent, ...]:
    """Compare two statuses that were written one after the other and say what happened in between."""
    return (*_acceptance(old, new), *_run(old, new), *_waiting(old, new), *_milestones(old, new), *_trouble(old, new))


def _word(status: HyperVMachineStatus, kind: MachineCondition) -> str:
    condition = status.condition(kind)
    return condition.status if condition else ""


def _text(status: HyperVMachineStatus, kind: MachineCondition) -> tuple[str, str]:
    condition = status.condition(kind)
    return (condition.reason, condition.message) if condition else ("", "")


def _acceptance(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[MachineEvent]:
    before, after = _word(old, MachineCondition.ACCEPTED), _word(new, MachineCondition.ACCEPTED)
    reason, message = _text(new, MachineCondition.ACCEPTED)
    if after == "True" and before != "True":
        return [MachineEvent(EventReason.ACCEPTED, message)]
    if after == "False" and (before != "False" or _text(old, MachineCondition.ACCEPTED)[0] != reason):
        return [MachineEvent(EventReason.REJECTED, f"{reason}: {message}", warning=True)]
    return []


def _run(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[MachineEvent]:
    if new.run is None or (old.run and old.run.id == new.run.id):
        return []
    what = {"provision": "Provisioning", "update": "An update", "remove": "Removal"}[new.run.kind]
    return [MachineEvent(EventReason.RUN_STARTED, f"{what} has started as run {new.run.id}.")]


def _waiting(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[MachineEvent]:
    before, (after, message) = _text(old, MachineCondition.READY)[0], _text(new, MachineCondition.READY)
    if before == after:
        return []
    if after == Reason.QUEUED:
        return [MachineEvent(EventReason.QUEUED, message)]
    if after == Reason.RETRYING:
        return [MachineEvent(EventReason.RETRYING, message, warning=True)]
    if after == Reason.WAITING_FOR_GUEST_KEY:
        return [MachineEvent(EventReason.WAITING_FOR_GUEST, message)]
    if after == Reason.WAITING_FOR_GUEST:
        return [MachineEvent(EventReason.GUEST_DATA_PUBLISHED, message)]
    return []


def _milestones(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[MachineEvent]:
    found = []
    for kind, reason in (
        (MachineCondition.PROVISIONED, EventReason.PROVISIONED),
        (MachineCondition.GUEST_CONFIGURED, EventReason.GUEST_CONFIGURED),
    ):
        if _word(new, kind) == "True" and _word(old, kind) != "True":
            found.append(MachineEvent(reason, _text(new, kind)[1]))
    return found


def _applied(definition: str | None) -> list[MachineEvent]:
    """Say what an update has made true: a job leaves out what was as it should be."""
    desired = json.loads(definition or "{}").get("desired", {})
    found = []
    sizes = [
        f"{desired[key]} {unit}"
        for key, unit in (("cpu_cores", "CPU cores"), ("gb_ram", "GB of memory"))
        if desired.get(key)
    ]
    if sizes:
        found.append(MachineEvent(EventReason.RESIZED, f"The VM now has {' and '.join(sizes)}."))
    if desired.get("power_state"):
        found.append(MachineEvent(EventReason.POWER_STATE_CHANGED, f"The VM is now {desired['power_state']}."))
    return found


def _trouble(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[MachineEvent]:
    found = []
    ended = new.run and new.run.finished_at and not (old.run and old.run.finished_at == new.run.finished_at)
    if new.run and ended and (new.run.outcome or "").startswith("failed"):
        detail = next((past.message for past in new.history if past.attempt == new.run.attempt), "")
        found.append(MachineEvent(EventReason.RUN_FAILED, f"{new.run.outcome}. {detail}".strip(), warning=True))
    if new.run and ended and new.run.kind == "update" and (new.run.outcome or "").startswith("completed"):
        found += _applied(new.run.definition)
    before, (after, message) = _text(old, MachineCondition.SYNCED)[0], _text(new, MachineCondition.SYNCED)
    drifted = {Reason.OUT_OF_SYNC, Reason.VM_MISSING}
    if after in drifted and before != after:
        found.append(MachineEvent(EventReason.DRIFT_DETECTED, message, warning=True))
    return found
