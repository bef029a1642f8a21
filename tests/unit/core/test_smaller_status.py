"""A smaller status in place of one that is refused: what decides stays, and no text that anybody wrote."""

from __future__ import annotations

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.host import HostId, HyperVHostStatus, LogonFailures
from hyperv_operator.api.machine import HyperVMachineStatus, Run, Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core.smaller_status import MESSAGE, smaller
from unit.core.samples import APPLIED, CLAIM, NOW, ORIGIN, RUN, VM_ID, condition

DECIDES = {
    "observed_generation": 3,
    "vm_id": VM_ID,
    "host": "hyperv02",
    "claim": CLAIM,
    "sealed": Sealed(run_id=RUN, kid="k", count=1, generation=1, secrets={}),
    "origin": ORIGIN,
    "applied": APPLIED,
    "os_family": "linux",
    "guest_configured_at": NOW,
}
REPORTS = {"power_state": "Off", "addresses": ("b",), "diagnosis": "d"}


def test_the_first_keeps_what_was_accepted_and_the_second_only_what_decides() -> None:
    old = HyperVMachineStatus(addresses=("a",), power_state="Running", observed_generation=1)
    run = Run(id=RUN, attempt=1, step="CopyImage", definition="{}")
    new = HyperVMachineStatus(**DECIDES, **REPORTS, run=run, conditions=(condition("Ready", "False", "Running"),))
    kept, bare = smaller(old, new)
    shown = condition("Ready", "False", "Running").model_copy(
        update={"message": f"{explain(Reason.RUNNING)} {MESSAGE}"}
    )
    known = HyperVMachineStatus(**DECIDES, run=Run(id=RUN, attempt=1, step="CopyImage"), conditions=(shown,))
    assert bare == known
    assert kept == known.model_copy(update={"addresses": ("a",), "power_state": "Running"})


def test_a_machine_without_a_run_has_none() -> None:
    assert smaller(HyperVMachineStatus(), HyperVMachineStatus())[-1].run is None


def test_a_host_keeps_its_identity_its_operator_and_its_refused_logons() -> None:
    decides = {
        "observed_generation": 2,
        "operator": "hyperv-system",
        "host_id": HostId(smbios_uuid="s", machine_guid="m"),
        "logon_failures": LogonFailures(secret_version="7", count=2),
    }
    old = HyperVHostStatus(computer_name="HV01")
    kept, bare = smaller(old, HyperVHostStatus(**decides, computer_name="HV02", os="x"))
    assert bare == HyperVHostStatus(**decides)
    assert kept == HyperVHostStatus(**decides, computer_name="HV01")


def test_every_condition_says_what_its_reason_means() -> None:
    new = HyperVMachineStatus(conditions=(condition("Ready", reason="Novel"), condition("Synced", reason="InSync")))
    for status in smaller(HyperVMachineStatus(), new):
        assert [one.message for one in status.conditions] == [MESSAGE, explain(Reason.IN_SYNC)]
        assert [one.type for one in status.conditions] == ["Ready", "Synced"]
