"""The rules for a machine whose guest is configured: report drift, and update the VM after a change of the spec."""

from __future__ import annotations

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core.actions import Launch, Update, Wait
from hyperv_operator.core.decision import Assessment, ConditionValue, Decision, Readiness, in_progress, unchanged
from hyperv_operator.core.drift import describe, desired
from hyperv_operator.core.rules import next_attempt
from hyperv_operator.core.situation import Situation


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
        text = f"Host {host.name}: {problem.message}"
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


def update(situation: Situation) -> Decision | None:
    """The spec has changed since it was applied."""
    spec, own = situation.snapshot.readable_spec, situation.own
    if spec is None or own is None:
        return None
    text = describe(situation.pending)
    launch = Launch(own.host, next_attempt(situation.snapshot), Update(desired(spec, situation.pending)))
    synced = ConditionValue(None, Reason.RUNNING, text)
    message = f"The VM is updated to match the spec: {text}."
    return Decision(launch, in_progress(Reason.QUEUED, message, synced=synced))
