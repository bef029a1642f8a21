"""Identity of a machine's VM: the resource's UID (the ownership mark), then the Hyper-V GUID; never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.inventory import VmFacts


@dataclass(frozen=True)
class OwnVm:
    """The machine's VM, and the host that has it."""

    host: HostView
    vm: VmFacts
    seen_at: datetime
    """When the inventory that reports the VM was begun."""


def explain_critical(own: OwnVm) -> str:
    """Return the message about a VM in a critical state."""
    return explain(Reason.VM_CRITICAL, f"Hyper-V reports VM {own.vm.vm_id} in the state {own.vm.state}Critical.")


def conflict(snapshot: Snapshot) -> str | None:
    """Return why the VMs that carry this machine's mark must not be changed, or None.

    A VM that a failover cluster has just moved may appear in the inventories of two nodes: that is one VM.
    """
    marked = snapshot.marked_vms()
    ids = sorted({vm.vm_id for _, vm in marked})
    if len(ids) > 1:
        return f"{len(ids)} VMs carry this machine's mark: {', '.join(ids)}."
    for vm_id in ids:
        if snapshot.status.vm_id and vm_id != snapshot.status.vm_id:
            return f"The VM with this machine's mark is {vm_id}, but status.vmId is {snapshot.status.vm_id}."
        if any(vm.replica for _, vm in marked):
            return f"VM {vm_id} is a replica of another host's VM."
    return None


def own_vm(snapshot: Snapshot) -> OwnVm | None:
    """Return the machine's VM; where two nodes report it, the report of the inventory that was begun last."""
    found = [OwnVm(host, vm, host.begun_at) for host, vm in snapshot.marked_vms() if host.begun_at is not None]
    return max(found, key=lambda own: (own.seen_at, own.host.name), default=None)
