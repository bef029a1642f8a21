"""Is the machine's VM what it should be? Identity is the resource's UID and then the Hyper-V GUID, never a name."""

from __future__ import annotations

from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.inventory import VmFacts


def conflict(snapshot: Snapshot) -> str | None:
    """Say why the VMs with this machine's mark must be left untouched, or return None.

    A VM that a cluster just moved may be seen on two nodes whose inventories are a moment apart: that is one VM.
    """
    marked = snapshot.marked_vms()
    ids = sorted({vm.vm_id for _, vm in marked})
    if len(ids) > 1:
        return f"{len(ids)} VMs carry this machine's mark: {', '.join(ids)}."
    if ids and snapshot.status.vm_id and ids[0] != snapshot.status.vm_id:
        return f"The VM with this machine's mark is {ids[0]}, but status.vmId is {snapshot.status.vm_id}."
    if any(vm.replica for _, vm in marked):
        return f"VM {ids[0]} is a replica of another host's VM."
    return None


def own_vm(snapshot: Snapshot) -> tuple[HostView, VmFacts] | None:
    """Return the machine's VM and the host that has it; the newest sighting if a cluster just moved it."""
    marked = [(host, vm) for host, vm in snapshot.marked_vms() if host.begun_at is not None]
    return max(marked, key=lambda pair: (pair[0].begun_at or snapshot.created_at, pair[0].name), default=None)


def place(snapshot: Snapshot) -> HostView | None:
    """Return the host to launch on: the one that has the VM, to which a failover cluster may have moved it, else the target."""
    own = own_vm(snapshot)
    return own[0] if own else snapshot.host
