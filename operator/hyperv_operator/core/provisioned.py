"""The rules for a machine whose guest is configured: report drift, and update the VM after a change of the spec."""

from __future__ import annotations

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core import tenancy
from hyperv_operator.core.actions import Launch, Update, Wait
from hyperv_operator.core.decision import (
    ACCEPTED,
    Assessment,
    ConditionValue,
    Decision,
    Readiness,
    in_progress,
    stalled,
    unchanged,
)
from hyperv_operator.core.drift import Difference, describe, desired
from hyperv_operator.core.host_names import owned_name
from hyperv_operator.core.identity import explain_critical
from hyperv_operator.core.rules import next_attempt
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.core.usage import Size


def not_polled(situation: Situation) -> Decision | None:
    """No inventory that was begun after the last launch is there."""
    snapshot, host = situation.snapshot, situation.snapshot.place
    if snapshot.is_current():
        return None
    unread = snapshot.unread_hosts()
    if host and host not in unread:
        # The host that had the VM does not report it. What is missing is the inventory of another one that could have it.
        host = next((other for other in unread if other.problem), host)
    # A host that cannot be used is not polled more often for this.
    action = Wait(poll_soon=any(other.problem is None for other in unread))
    text = "Waiting for an inventory of the host."
    problem = host.problem if host else None
    if problem and problem.is_first_poll:
        problem = None
    if host and problem:
        text = f"{owned_name(snapshot, host)}: {problem.to_owners}"
    ready = snapshot.status.condition(MachineCondition.READY)
    if ready is None or ready.status != "True":
        return Decision(action, in_progress(Reason.WAITING_FOR_INVENTORY, text))
    if ready.observed_generation != snapshot.generation:
        text = f"Whether the VM matches the changed spec is not known. {text}"
        return Decision(action, in_progress(problem.reason if problem else Reason.WAITING_FOR_INVENTORY, text))
    if host and problem:
        synced = ConditionValue(None, problem.reason, text)
        return Decision(action, unchanged(Reason.INVENTORY_STALE, text, synced=synced))
    return Decision(action, unchanged(Reason.WAITING_FOR_INVENTORY, text))


def vm_missing(situation: Situation) -> Decision | None:
    """The inventory does not report the VM. Two inventories in a row have to agree."""
    snapshot = situation.snapshot
    if situation.own is not None:
        return None
    if not snapshot.confirms_absence():
        text = "The last inventory does not report the VM; waiting for the next one."
        return Decision(Wait(poll_soon=True), unchanged(Reason.WAITING_FOR_INVENTORY, text))
    text = explain(Reason.VM_MISSING, f"VM {snapshot.status.vm_id} is no longer on the host.")
    synced = ConditionValue(False, Reason.VM_MISSING, text)
    return Decision(Wait(), Assessment(Readiness.STALLED, Reason.VM_MISSING, text, synced=synced))


def vm_critical(situation: Situation) -> Decision | None:
    """Hyper-V has lost the VM's storage, or it is full. What the spec asks for is tried all the same."""
    own = situation.own
    if own is None or not own.vm.critical or situation.pending:
        return None
    return Decision(Wait(), stalled(Reason.VM_CRITICAL, explain_critical(own)))


def in_sync(situation: Situation) -> Decision | None:
    """The VM matches the spec."""
    spec, own = situation.snapshot.readable_spec, situation.own
    if spec is None or own is None or situation.differences:
        return None
    synced = ConditionValue(True, Reason.IN_SYNC, "The VM matches the spec.")
    running, address = spec.power_state == "Running", spec.fields.get("guest_v4_ipaddr")
    was_ready = situation.snapshot.status.is_true(MachineCondition.READY)
    if running and address and address not in own.vm.addresses and not was_ready:
        text = f"The guest is configured; waiting until the host reports its address {address}."
        return Decision(Wait(poll_soon=True), in_progress(Reason.WAITING_FOR_ADDRESS, text, synced=synced))
    text = "The VM runs and its guest is configured." if running else "The VM is off, as spec.powerState says."
    return Decision(Wait(), Assessment(Readiness.READY, Reason.READY, text, synced=synced))


def drifted(situation: Situation) -> Decision | None:
    """The VM differs from the spec, and the spec was applied to it."""
    if situation.pending:
        return None
    power = any(one.what == "powerState" for one in situation.differences)
    facts = f"The VM was changed outside of the resource: {describe(situation.differences)}."
    text = explain(Reason.POWER_STATE_DIFFERS if power else Reason.OUT_OF_SYNC, facts)
    synced = ConditionValue(False, Reason.OUT_OF_SYNC, text)
    if power:
        return Decision(Wait(), Assessment(Readiness.STALLED, Reason.POWER_STATE_DIFFERS, text, synced=synced))
    return Decision(Wait(), Assessment(Readiness.READY, Reason.READY, text, synced=synced))


def refused(situation: Situation) -> Decision | None:
    """The host's tenant entry does not allow the change. Switching off and shrinking are always allowed."""
    snapshot, refusal = situation.snapshot, _refusal(situation)
    own = situation.own
    if refusal is None or own is None or _is_to_be_switched_off(situation):
        return None
    reason, facts = refusal
    text = explain(reason, f"Not applied: {describe(situation.pending)}. {facts}")
    synced = ConditionValue(False, reason, text)
    wait = Wait(situation.now + snapshot.limits.secret_poll)
    applied = snapshot.status.applied
    if applied is not None and applied.power_state == own.vm.state:
        return Decision(wait, Assessment(Readiness.READY, Reason.READY, text, synced=synced))
    return Decision(wait, Assessment(Readiness.STALLED, reason, text, synced=synced))


def _refusal(situation: Situation) -> tuple[Reason, str] | None:
    """Return why the host's tenant entry does not allow what is pending, or None."""
    snapshot, spec = situation.snapshot, situation.snapshot.readable_spec
    host, held = snapshot.host, snapshot.held
    if spec is None or host is None or held is None:
        return None
    asked = held_after(held, spec, situation.pending)
    starts = any(one.what == "powerState" for one in situation.pending) and spec.power_state == "Running"
    if not starts and held.covering(asked) == held:
        return None
    fields = {**spec.fields, "cpu_cores": asked.cpu_cores, "gb_ram": asked.memory_gib}
    request = tenancy.Request(fields, spec.deletion_policy, held, has_vm=True)
    return tenancy.refusal(host.spec.tenants, snapshot.namespace_labels, request, snapshot.namespace_usage)


def policy(snapshot: Snapshot) -> ConditionValue | None:
    """Return the value of `Accepted` where the tenant entry forbids the deletion policy, or does so no more; else None."""
    spec, host, accepted = snapshot.readable_spec, snapshot.host, snapshot.status.condition(MachineCondition.ACCEPTED)
    if spec is None or host is None:
        return None
    refusal = tenancy.policy_refusal(host.spec.tenants, snapshot.namespace_labels, spec.deletion_policy)
    if refusal:
        return ConditionValue(False, refusal[0], explain(*refusal))
    was_refused = accepted is not None and accepted.reason == Reason.DELETION_POLICY_NOT_ALLOWED
    return ACCEPTED if was_refused else None


def held_after(held: Size, spec: HyperVMachineSpec, pending: tuple[Difference, ...]) -> Size:
    """Return what a machine will have once these differences are applied."""
    asked, what = Size.of_fields(spec.fields), {one.what for one in pending}
    return Size(
        asked.cpu_cores if "cpu_cores" in what else held.cpu_cores,
        asked.memory_gib if "gb_ram" in what else held.memory_gib,
    )


def _is_to_be_switched_off(situation: Situation) -> bool:
    spec = situation.snapshot.readable_spec
    is_power = any(one.what == "powerState" for one in situation.pending)
    return spec is not None and spec.power_state == "Off" and is_power


def update(situation: Situation) -> Decision | None:
    """The spec has changed since it was applied. Of a change that is refused, only the switching off is applied."""
    spec, own = situation.snapshot.readable_spec, situation.own
    if spec is None or own is None:
        return None
    pending = situation.pending
    if _refusal(situation):
        pending = tuple(one for one in pending if one.what == "powerState")
    text = describe(pending)
    launch = Launch(own.host, next_attempt(situation.snapshot), Update(desired(spec, pending)))
    synced = ConditionValue(None, Reason.RUNNING, text)
    message = f"The VM is updated to match the spec: {text}."
    return Decision(launch, in_progress(Reason.QUEUED, message, synced=synced))
