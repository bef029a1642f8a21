"""Changes of a machine that exists: every update asks the host's tenant entry; switching off and shrinking are always allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.machine import Applied
from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Update, Wait
from hyperv_operator.core.admission import Admitted, Refused, review_change
from hyperv_operator.core.decision import ACCEPTED, Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.core.usage import Usage
from hyperv_operator.protocol.job import DesiredVm
from unit.core.samples import HOST, NOW, SECOND, SPEC, condition, configured, inventory, vm, with_host, with_spec

_GIB = 1024**3


def _machine(
    cpu: int = 4, ram: int = 4, power: Any = "Running", *, tenants: Any = None, found: str = "Running", **fields: Any
) -> Snapshot:
    """A machine with 2 cores and 2 GiB, whose spec now asks for this."""
    applied = Applied(cpu_cores=2, gb_ram=2, power_state="Running" if found == "Running" else "Off")
    made = configured(condition("Ready", "True", "Ready"), applied=applied)
    changed = with_spec(made, fields={**SPEC.fields, "cpu_cores": cpu, "gb_ram": ram, **fields}, power_state=power)
    seen = inventory(changed, vms=(vm(cpu_cores=2, memory_bytes=2 * _GIB, state=found),))
    return with_host(seen, spec=HOST.spec.model_copy(update={"tenants": tenants or ()}))


def _entry(**entry: Any) -> Any:
    return (HOST.spec.tenants[0].model_copy(update=entry),)


def _desired(snapshot: Snapshot) -> DesiredVm | None:
    action = decide(snapshot, NOW).action
    return action.work.desired if isinstance(action, Launch) and isinstance(action.work, Update) else None


@pytest.mark.parametrize(
    ("tenants", "changes", "reason"),
    [
        ((), {}, Reason.NAMESPACE_NOT_ALLOWED),
        (_entry(vlans=("7",)), {}, Reason.VLAN_NOT_ALLOWED),
        (_entry(vm_name_pattern="^x"), {}, Reason.NAME_NOT_ALLOWED),
        (_entry(max_cpu_cores=3), {}, Reason.SIZE_NOT_ALLOWED),
        (_entry(max_memory_gib=3), {}, Reason.SIZE_NOT_ALLOWED),
        (_entry(max_total_cpu_cores=3), {}, Reason.SIZE_QUOTA_EXCEEDED),
        (_entry(max_total_memory_gib=13), {}, Reason.SIZE_QUOTA_EXCEEDED),
        (_entry(deletion_policies=("Retain",)), {}, Reason.DELETION_POLICY_NOT_ALLOWED),
        ((), {"cpu": 1}, Reason.NAMESPACE_NOT_ALLOWED),
        ((), {"cpu": 2, "ram": 2, "found": "Off"}, Reason.NAMESPACE_NOT_ALLOWED),
        # To start is refused whatever shrinks with it, and a VM that is off already is not switched off.
        ((), {"cpu": 1, "ram": 2, "found": "Off"}, Reason.NAMESPACE_NOT_ALLOWED),
        ((), {"power": "Off", "found": "Off"}, Reason.NAMESPACE_NOT_ALLOWED),
    ],
)
def test_a_growth_that_is_refused_is_not_applied_and_says_why(
    tenants: Any, changes: dict[str, Any], reason: Reason
) -> None:
    snapshot = replace(_machine(**changes, tenants=tenants), namespace_usage=Usage(1, 0, 10))
    decision = decide(snapshot, NOW)
    assert decision.action == Wait(NOW + 30 * SECOND)
    assert decision.assessment.synced
    assert (decision.assessment.synced.value, decision.assessment.synced.reason) == (False, reason)
    assert decision.assessment.synced.message.startswith("Not applied: ")
    assert decision.assessment.readiness is Readiness.READY


@pytest.mark.parametrize(
    ("tenants", "changes", "desired"),
    [
        (_entry(), {}, DesiredVm(cpu_cores=4, gb_ram=4)),
        (_entry(images=("Debian *",)), {}, DesiredVm(cpu_cores=4, gb_ram=4)),
        (_entry(max_machines=0), {}, DesiredVm(cpu_cores=4, gb_ram=4)),
        (_entry(max_cpu_cores=1), {"cpu": 2}, DesiredVm(gb_ram=4)),
        ((), {"cpu": 1, "ram": 1}, DesiredVm(cpu_cores=1, gb_ram=1)),
        ((), {"cpu": 2, "ram": 2, "power": "Off"}, DesiredVm(power_state="Off")),
        ((), {"power": "Off"}, DesiredVm(power_state="Off")),
        ((), {"cpu": 1, "ram": 1, "power": "Off"}, DesiredVm(cpu_cores=1, gb_ram=1, power_state="Off")),
        (_entry(), {"cpu": 2, "ram": 2, "found": "Off"}, DesiredVm(power_state="Running")),
    ],
)
def test_what_is_allowed_is_applied(tenants: Any, changes: dict[str, Any], desired: DesiredVm) -> None:
    assert _desired(_machine(**changes, tenants=tenants)) == desired


def test_a_vm_that_is_not_in_its_applied_power_state_is_not_ready_when_its_change_is_refused() -> None:
    snapshot = _machine(tenants=())
    stopped = replace(
        inventory(snapshot, vms=(vm(cpu_cores=2, memory_bytes=2 * _GIB, state="Paused"),)),
        host=with_host(
            inventory(snapshot, vms=(vm(cpu_cores=2, memory_bytes=2 * _GIB, state="Paused"),)), spec=snapshot.host.spec
        ).host
        if snapshot.host
        else None,
    )
    decision = decide(stopped, NOW)
    assert (decision.assessment.readiness, decision.assessment.reason) == (
        Readiness.STALLED,
        Reason.NAMESPACE_NOT_ALLOWED,
    )


# --- the deletion policy ---------------------------------------------------------------------------------------------


def test_a_policy_that_is_refused_is_not_accepted_and_the_machine_stays_ready() -> None:
    own = with_spec(_machine(2, 2, tenants=_entry(deletion_policies=("Delete",))), deletion_policy="Retain")
    decision = decide(own, NOW)
    assert decision.assessment.readiness is Readiness.READY
    assert decision.assessment.accepted
    accepted = decision.assessment.accepted
    assert (accepted.value, accepted.reason) == (False, Reason.DELETION_POLICY_NOT_ALLOWED)
    assert "Set spec.deletionPolicy to Delete" in accepted.message
    refused = condition("Accepted", "False", "DeletionPolicyNotAllowed")
    status = own.status.model_copy(update={"conditions": (*own.status.conditions, refused)})
    assert decide(replace(with_spec(own, deletion_policy="Delete"), status=status), NOW).assessment.accepted == ACCEPTED
    assert decide(with_spec(own, deletion_policy="Delete"), NOW).assessment.accepted is None
    assert decide(replace(own, namespace_labels={}), NOW).assessment.accepted is None
    assert decide(replace(own, host=None), NOW).assessment.accepted is None


def test_a_changed_policy_is_reviewed() -> None:
    own = with_spec(_machine(2, 2, tenants=_entry(deletion_policies=("Delete",))), deletion_policy="Retain")
    before, after = {"deletionPolicy": "Delete"}, {"deletionPolicy": "Retain"}
    verdict = review_change(own, before, after)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.DELETION_POLICY_NOT_ALLOWED
    assert review_change(own, after, after) == Admitted(), "what is stored already is not refused again"
    assert review_change(replace(own, deleting=True), before, after) == Admitted()
    assert review_change(replace(own, host=None), before, after) == Admitted()
    assert review_change(replace(own, spec="wrong"), before, after) == Admitted()
    assert review_change(with_spec(own, deletion_policy="Delete"), after, before) == Admitted()
