"""The status of a HyperVHostInventory: what Hyper-V reports, and placeholders for machines that it does not report yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.inventory import (
    MAX_MACHINES,
    HyperVHostInventoryStatus,
    MachineRef,
    Placeholder,
    ReportedImage,
    ReportedMachine,
)
from hyperv_operator.protocol.inventory import InventoryReport

_GIB = 1024**3


@dataclass(frozen=True)
class InProgress:
    """A machine on the host, as its own loop knows it."""

    uid: str
    namespace: str
    name: str
    vm_name: str
    phase: str
    """Step or reason while the machine is being provisioned; empty afterwards."""


def compose(
    report: InventoryReport | None, machines: Iterable[InProgress], begun_at: datetime | None
) -> HyperVHostInventoryStatus:
    """Return the status. A machine has a placeholder while it is in progress and no VM carries its mark."""
    ours: Mapping[str, InProgress] = {machine.uid: machine for machine in machines}
    vms = sorted(report.vms, key=lambda vm: (vm.name, vm.vm_id)) if report else []
    reported = {vm.machine_uid for vm in vms if vm.machine_uid}
    waiting = [machine for machine in ours.values() if machine.phase and machine.uid not in reported]
    return HyperVHostInventoryStatus(
        observed_at=begun_at,
        machines=tuple(
            ReportedMachine(
                vm_id=vm.vm_id,
                name=vm.name,
                state=f"{vm.state}Critical" if vm.critical else vm.state,
                cpu_cores=vm.cpu_cores,
                gb_ram=f"{vm.memory_bytes / _GIB:g}",
                machine_ref=_ref(ours.get(vm.machine_uid or "")),
            )
            for vm in vms[:MAX_MACHINES]
        ),
        truncated=len(vms) > MAX_MACHINES,
        images=tuple(
            ReportedImage(
                name=image.name,
                size_gib=image.size_bytes // _GIB,
                children=image.children,
                changed=image.changed,
            )
            for image in sorted(report.images if report else (), key=lambda image: image.name)[:500]
        ),
        placeholders=tuple(
            Placeholder(
                uid=machine.uid,
                namespace=machine.namespace,
                name=machine.name,
                vm_name=machine.vm_name,
                phase=machine.phase[:64],
            )
            for machine in sorted(waiting, key=lambda machine: machine.uid)[:1_000]
        ),
    )


def _ref(machine: InProgress | None) -> MachineRef | None:
    return MachineRef(namespace=machine.namespace, name=machine.name, uid=machine.uid) if machine else None


def differs(old: HyperVHostInventoryStatus | None, new: HyperVHostInventoryStatus) -> bool:
    """Return whether anything but the time of the poll has changed."""
    return old is None or old.model_copy(update={"observed_at": None}) != new.model_copy(update={"observed_at": None})
