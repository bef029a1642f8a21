"""A machine whose guest is configured: compare its VM with the spec, apply a changed spec, report what changed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import failures, identity
from hyperv_operator.core.actions import JobKind, Launch, Wait
from hyperv_operator.core.decision import (
    Assessment,
    ConditionValue,
    Decision,
    Readiness,
    in_progress,
    stalled,
)
from hyperv_operator.core.provisioning import next_attempt
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.inventory import VmFacts
from hyperv_operator.protocol.records import AgentCode, OutcomeKind

_GIB = 1024**3


@dataclass(frozen=True)
class Difference:
    """One thing in which the VM is not what the spec says."""

    what: str
    wanted: str
    found: str


def differences(spec: HyperVMachineSpec, vm: VmFacts) -> tuple[Difference, ...]:
    """Compare CPU, memory and power; a VM between two power states is not compared in that."""
    cpu, memory = spec.fields.get("cpu_cores"), spec.fields.get("gb_ram")
    found = []
    if isinstance(cpu, int) and cpu != vm.cpu_cores:
        found.append(Difference("cpu_cores", str(cpu), str(vm.cpu_cores)))
    if isinstance(memory, int) and memory * _GIB != vm.memory_bytes:
        found.append(Difference("gb_ram", str(memory), f"{vm.memory_bytes / _GIB:g}"))
    if spec.power_state != vm.state and vm.state in ("Running", "Off", "Paused", "Saved"):
        found.append(Difference("powerState", spec.power_state, vm.state))
    return tuple(found)


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide for a machine whose guest was configured once."""
    if snapshot.active_task:
        return Decision(Wait(), in_progress(Reason.RUNNING, "The VM is being brought in line with the spec."))
    if snapshot.spec is None:
        return Decision(Wait(), stalled(Reason.INVALID_SPEC, snapshot.spec_error or "The spec cannot be read."))
    if snapshot.host is None or not snapshot.is_current():
        return Decision(_watch_host(snapshot), _unseen(snapshot))
    problem = identity.conflict(snapshot)
    if problem:
        remedy = failures.remedy(AgentCode.IDENTITY_CONFLICT)
        return Decision(Wait(), stalled(Reason.IDENTITY_CONFLICT, f"{problem} Nothing is changed. {remedy}"))
    own = identity.own_vm(snapshot)
    if own is None:
        return _missing(snapshot)
    vm = own[1]
    differing = differences(snapshot.spec, vm)
    if not differing:
        return _in_sync(snapshot, snapshot.spec, vm)
    text = "; ".join(f"{d.what} is {d.found}, spec says {d.wanted}" for d in differing)
    if snapshot.paused:
        fact = ConditionValue(False, Reason.PAUSED, f"{text}. Nothing is changed while spec.paused is true.")
        return Decision(Wait(), Assessment(Readiness.UNCHANGED, Reason.PAUSED, fact.message, synced=fact))
    if _spec_is_newer(snapshot):
        return _apply(snapshot, text, now)
    return _drifted(text, differing)


def _spec_is_newer(snapshot: Snapshot) -> bool:
    """The spec was changed since the VM was last in line with it: it is applied. Otherwise somebody changed the VM."""
    synced = snapshot.status.condition(MachineCondition.SYNCED)
    if synced is None or synced.status != "True":
        applied = synced.observed_generation if synced and synced.reason == Reason.OUT_OF_SYNC else None
        return applied is None or applied < snapshot.generation
    return (synced.observed_generation or 0) < snapshot.generation


def _apply(snapshot: Snapshot, text: str, now: datetime) -> Decision:
    host = identity.place(snapshot)
    assert host is not None
    if host.problem:
        message = f"{text}. Host {host.name}: {host.problem.message}"
        return Decision(Wait(), in_progress(host.problem.reason, message))
    last, limits = snapshot.last, snapshot.limits
    if last and last.kind is JobKind.UPDATE and last.generation == snapshot.generation:
        failure, reason, person = "", Reason.RETRYING, False
        due = last.finished_at + failures.pause_after(max(snapshot.failures, 1), limits.retry_base, limits.retry_limit)
        if last.error:
            failure, reason, person = (
                failures.explain_error(last.error),
                failures.reason_of_error(last.error),
                failures.needs_person(last.error),
            )
            due = failures.retry_at(
                last.finished_at, last.error, snapshot.failures, limits.retry_base, limits.retry_limit
            )
        elif last.outcome and last.outcome.outcome is OutcomeKind.FAILED:
            code = last.outcome.code or AgentCode.INTERNAL
            failure, reason = failures.explain_code(code, last.outcome.message), failures.reason_of_code(code)
            person = code not in failures.TRANSIENT
        if failure and now < due:
            return Decision(Wait(due), stalled(reason, failure) if person else in_progress(reason, failure))
    action = Launch(JobKind.UPDATE, run_id=None, attempt=next_attempt(snapshot), vm_id=snapshot.status.vm_id)
    fact = ConditionValue(None, Reason.RUNNING, text)
    return Decision(
        action, in_progress(Reason.QUEUED, f"The VM is brought in line with the spec: {text}.", synced=fact)
    )


def _drifted(text: str, differing: tuple[Difference, ...]) -> Decision:
    power = any(difference.what == "powerState" for difference in differing)
    reason = Reason.POWER_STATE_DIFFERS if power else Reason.OUT_OF_SYNC
    message = (
        f"The VM was changed outside of the resource: {text}. Undo that on the host, or change the spec to match it."
    )
    synced = ConditionValue(False, Reason.OUT_OF_SYNC, message)
    readiness = Readiness.STALLED if power else Readiness.READY
    return Decision(Wait(), Assessment(readiness, reason if power else Reason.READY, message, synced=synced))


def _missing(snapshot: Snapshot) -> Decision:
    if not snapshot.confirms_absence():
        return Decision(
            Wait(poll_soon=True),
            Assessment(Readiness.UNCHANGED, Reason.WAITING_FOR_INVENTORY, "The VM was not seen; looking once more."),
        )
    vm_id = snapshot.status.vm_id
    message = f"VM {vm_id} is no longer on the host. {failures.remedy(AgentCode.VM_MISSING)}"
    synced = ConditionValue(False, Reason.VM_MISSING, message)
    return Decision(Wait(), Assessment(Readiness.STALLED, Reason.VM_MISSING, message, synced=synced))


def _in_sync(snapshot: Snapshot, spec: HyperVMachineSpec, vm: VmFacts) -> Decision:
    address = spec.fields.get("guest_v4_ipaddr")
    ready = snapshot.status.condition(MachineCondition.READY)
    was_ready = ready is not None and ready.status == "True"
    synced = ConditionValue(True, Reason.IN_SYNC, "The VM is what the spec says.")
    if spec.power_state == "Running" and address and address not in vm.addresses and not was_ready:
        text = f"The guest is configured; waiting for the host to see its address {address}."
        return Decision(Wait(poll_soon=True), in_progress(Reason.WAITING_FOR_ADDRESS, text, synced=synced))
    text = (
        "The VM runs and its guest is configured." if spec.power_state == "Running" else "The VM is off, as asked for."
    )
    return Decision(Wait(), Assessment(Readiness.READY, Reason.READY, text, synced=synced))


def _watch_host(snapshot: Snapshot) -> Wait:
    """Ask for a quick look only while something was just done; a dead host is not asked more often for that."""
    reachable = snapshot.host is not None and snapshot.host.problem is None
    return Wait(poll_soon=reachable)


def _unseen(snapshot: Snapshot) -> Assessment:
    ready = snapshot.status.condition(MachineCondition.READY)
    if ready is None or ready.status != "True":
        return in_progress(Reason.WAITING_FOR_INVENTORY, "Waiting for an inventory of the host.")
    if snapshot.host and snapshot.host.problem:
        text = f"Host {snapshot.host.name}: {snapshot.host.problem.message}"
        fact = ConditionValue(None, snapshot.host.problem.reason, text)
        return Assessment(Readiness.UNCHANGED, Reason.INVENTORY_STALE, text, synced=fact)
    return Assessment(Readiness.UNCHANGED, Reason.WAITING_FOR_INVENTORY, "Waiting for an inventory of the host.")
