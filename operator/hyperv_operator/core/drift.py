"""Drift: where a provisioned VM differs from its spec, and whether the spec or the VM was changed last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.inventory import VmFacts
from hyperv_operator.protocol.job import DesiredVm

_GIB: Final = 1024**3
_SETTLED_STATES: Final = ("Running", "Off", "Paused", "Saved")
"""A VM between two power states is not compared."""


@dataclass(frozen=True)
class Difference:
    """One property in which the VM differs from the spec."""

    what: str
    wanted: str
    found: str


def differences(spec: HyperVMachineSpec, vm: VmFacts) -> tuple[Difference, ...]:
    """Compare CPU, memory and power state."""
    cpu, memory = spec.fields.get("cpu_cores"), spec.fields.get("gb_ram")
    found = []
    if isinstance(cpu, int) and cpu != vm.cpu_cores:
        found.append(Difference("cpu_cores", str(cpu), str(vm.cpu_cores)))
    if isinstance(memory, int) and memory * _GIB != vm.memory_bytes:
        found.append(Difference("gb_ram", str(memory), f"{vm.memory_bytes / _GIB:g}"))
    if spec.power_state != vm.state and vm.state in _SETTLED_STATES:
        found.append(Difference("powerState", spec.power_state, vm.state))
    return tuple(found)


def describe(found: tuple[Difference, ...]) -> str:
    """Return the differences in words."""
    return "; ".join(f"{one.what} is {one.found}, spec says {one.wanted}" for one in found)


def desired(spec: HyperVMachineSpec, vm: VmFacts) -> DesiredVm:
    """Return what an update has to change; what already matches is left out."""
    differing = {one.what for one in differences(spec, vm)}
    cpu, memory = spec.fields.get("cpu_cores"), spec.fields.get("gb_ram")
    return DesiredVm(
        cpu_cores=cpu if isinstance(cpu, int) and "cpu_cores" in differing else None,
        gb_ram=memory if isinstance(memory, int) and "gb_ram" in differing else None,
        power_state=spec.power_state if "powerState" in differing else None,
    )


def spec_is_newer(snapshot: Snapshot) -> bool:
    """Return whether the spec has changed since the VM last matched it; otherwise the VM was changed on the host."""
    synced = snapshot.status.condition(MachineCondition.SYNCED)
    if synced is None or synced.observed_generation is None:
        return True
    if synced.status != "True" and synced.reason != Reason.OUT_OF_SYNC:
        return True
    return synced.observed_generation < snapshot.generation
