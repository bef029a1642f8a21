"""The event mapping: which Kubernetes Events a change of status leads to. One Event per transition."""

from __future__ import annotations

import json
from dataclasses import dataclass

from hyperv_operator.api.host import HyperVHostStatus
from hyperv_operator.api.machine import HyperVMachineStatus, PastRun, Run
from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition, Reason
from hyperv_operator.core import preflight
from hyperv_operator.protocol.records import OutcomeKind

_RUNS = {"provision": "Provisioning", "update": "An update", "remove": "Removal"}
_DRIFT = frozenset({Reason.OUT_OF_SYNC, Reason.VM_MISSING})
_MILESTONES = (
    (MachineCondition.PROVISIONED, EventReason.PROVISIONED),
    (MachineCondition.GUEST_CONFIGURED, EventReason.GUEST_CONFIGURED),
)
_READY_REASONS = {
    Reason.QUEUED: (EventReason.QUEUED, False),
    Reason.RETRYING: (EventReason.RETRYING, True),
    Reason.WAITING_FOR_GUEST_KEY: (EventReason.WAITING_FOR_GUEST, False),
    Reason.WAITING_FOR_GUEST: (EventReason.GUEST_DATA_PUBLISHED, False),
}
"""Reasons of `Ready` that are an Event when they appear, and whether that is a Warning."""


@dataclass(frozen=True)
class StatusEvent:
    """One Event to emit."""

    reason: EventReason
    message: str
    warning: bool = False


def between(old: HyperVMachineStatus, new: HyperVMachineStatus) -> tuple[StatusEvent, ...]:
    """Return the Events for the transition between two statuses that were written one after the other."""
    return (
        *_accepted(old, new),
        *_run_started(old, new),
        *_ready_reason(old, new),
        *_milestones(old, new),
        *_run_ended(old, new),
        *_drift(old, new),
    )


def between_hosts(old: HyperVHostStatus, new: HyperVHostStatus) -> tuple[StatusEvent, ...]:
    """Return the Events for the transition between two statuses of a host that were written one after the other."""
    return (*_host_readiness(old, new), *_preflight(old, new))


def _preflight(old: HyperVHostStatus, new: HyperVHostStatus) -> tuple[StatusEvent, ...]:
    text = preflight.changes(old.preflight, new.preflight)
    warning = preflight.worsened(old.preflight, new.preflight)
    return (StatusEvent(EventReason.PREFLIGHT_CHANGED, text, warning=warning),) if text else ()


def _host_readiness(old: HyperVHostStatus, new: HyperVHostStatus) -> tuple[StatusEvent, ...]:
    before, after = old.condition(HostCondition.READY), new.condition(HostCondition.READY)
    if after is None or (before and (before.status, before.reason) == (after.status, after.reason)):
        return ()
    if after.status == "True":
        return (StatusEvent(EventReason.HOST_REACHABLE, after.message),)
    if after.status == "False":
        return (StatusEvent(EventReason.HOST_PROBLEM, f"{after.reason}: {after.message}", warning=True),)
    return ()


def _reason(status: HyperVMachineStatus, kind: MachineCondition) -> str:
    condition = status.condition(kind)
    return condition.reason if condition else ""


def _message(status: HyperVMachineStatus, kind: MachineCondition) -> str:
    condition = status.condition(kind)
    return condition.message if condition else ""


def _accepted(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    kind = MachineCondition.ACCEPTED
    before, after = old.condition(kind), new.condition(kind)
    if after is None or (before and (before.status, before.reason) == (after.status, after.reason)):
        return []
    if after.status == "False":
        return [StatusEvent(EventReason.REJECTED, f"{after.reason}: {after.message}", warning=True)]
    return [StatusEvent(EventReason.ACCEPTED, after.message)]


def _run_started(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    if new.run is None or (old.run and old.run.id == new.run.id):
        return []
    return [StatusEvent(EventReason.RUN_STARTED, f"{_RUNS[new.run.kind]} has started as run {new.run.id}.")]


def _ready_reason(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    reason = _reason(new, MachineCondition.READY)
    known = {str(one): event for one, event in _READY_REASONS.items()}.get(reason)
    if known is None or reason == _reason(old, MachineCondition.READY):
        return []
    return [StatusEvent(known[0], _message(new, MachineCondition.READY), warning=known[1])]


def _milestones(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    return [
        StatusEvent(reason, _message(new, kind))
        for kind, reason in _MILESTONES
        if new.is_true(kind) and not old.is_true(kind)
    ]


def _run_ended(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    run = new.run
    if run is None or run.finished_at is None or (old.run and old.run.finished_at == run.finished_at):
        return []
    outcome = run.outcome or ""
    if outcome.startswith(OutcomeKind.FAILED):
        if _repeats(run, new.history):
            return []
        detail = next((past.message for past in new.history if past.attempt == run.attempt), "")
        return [StatusEvent(EventReason.RUN_FAILED, f"{outcome}. {detail}".strip(), warning=True)]
    return _updated(run) if run.kind == "update" and outcome.startswith(OutcomeKind.COMPLETED) else []


def _repeats(run: Run, history: tuple[PastRun, ...]) -> bool:
    """Return whether the launch before this one failed in the same way: one Event is for both."""
    return any(past.attempt == run.attempt - 1 and past.outcome == run.outcome for past in history)


def _updated(run: Run) -> list[StatusEvent]:
    """Return what an update has changed: its job names only what did not match."""
    desired = json.loads(run.definition or "{}").get("desired", {})
    units = (("cpu_cores", "CPU cores"), ("gb_ram", "GB of memory"))
    sizes = [f"{desired[key]} {unit}" for key, unit in units if desired.get(key)]
    found = [StatusEvent(EventReason.RESIZED, f"The VM now has {' and '.join(sizes)}.")] if sizes else []
    if desired.get("power_state"):
        found.append(StatusEvent(EventReason.POWER_STATE_CHANGED, f"The VM is now {desired['power_state']}."))
    return found


def _drift(old: HyperVMachineStatus, new: HyperVMachineStatus) -> list[StatusEvent]:
    kind = MachineCondition.SYNCED
    reason = _reason(new, kind)
    if reason not in _DRIFT or reason == _reason(old, kind):
        return []
    return [StatusEvent(EventReason.DRIFT_DETECTED, _message(new, kind), warning=True)]
