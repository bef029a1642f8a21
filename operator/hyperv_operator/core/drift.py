"""Drift: where a provisioned VM differs from its spec, and what of that the spec has not been applied for yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hyperv_operator.api.machine import Applied, HyperVMachineSpec
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
    wanted = asked_for(spec)
    cpu, memory = wanted.cpu_cores, wanted.gb_ram
    found = []
    if cpu is not None and cpu != vm.cpu_cores:
        found.append(Difference("cpu_cores", str(cpu), str(vm.cpu_cores)))
    if memory is not None and memory * _GIB != vm.memory_bytes:
        found.append(Difference("gb_ram", str(memory), f"{vm.memory_bytes / _GIB:g}"))
    if spec.power_state != vm.state and vm.state in _SETTLED_STATES:
        found.append(Difference("powerState", spec.power_state, vm.state))
    return tuple(found)


def describe(found: tuple[Difference, ...]) -> str:
    """Return the differences in words."""
    return "; ".join(f"{one.what} is {one.found}, spec says {one.wanted}" for one in found)


def asked_for(spec: HyperVMachineSpec) -> Applied:
    """Return what the spec asks of a VM that exists."""
    cpu, memory = spec.fields.get("cpu_cores"), spec.fields.get("gb_ram")
    return Applied(
        cpu_cores=cpu if isinstance(cpu, int) else None,
        gb_ram=memory if isinstance(memory, int) else None,
        power_state=spec.power_state,
    )


def pending(spec: HyperVMachineSpec, applied: Applied | None, found: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Return the differences that come from a change of the spec; the VM was changed on the host for the others.

    Where it is not known what was applied, nothing is pending: not knowing is no reason to change a VM.
    """
    if applied is None:
        return ()
    wanted = asked_for(spec)
    newer = {
        "cpu_cores": wanted.cpu_cores != applied.cpu_cores,
        "gb_ram": wanted.gb_ram != applied.gb_ram,
        "powerState": wanted.power_state != applied.power_state,
    }
    return tuple(one for one in found if newer[one.what])


def desired(spec: HyperVMachineSpec, found: tuple[Difference, ...]) -> DesiredVm:
    """Return what an update has to change: these differences, and nothing else."""
    differing = {one.what for one in found}
    wanted = asked_for(spec)
    return DesiredVm(
        cpu_cores=wanted.cpu_cores if "cpu_cores" in differing else None,
        gb_ram=wanted.gb_ram if "gb_ram" in differing else None,
        power_state=wanted.power_state if "powerState" in differing else None,
    )


def applied_now(spec: HyperVMachineSpec, vm: VmFacts, before: Applied | None) -> Applied:
    """Return what is applied to this VM: each value of the spec that it has, and for the others what was applied before.

    Without a record of what was applied, today's spec counts as applied: what differs from it is reported as drift.
    """
    wanted, differing = asked_for(spec), {one.what for one in differences(spec, vm)}
    if before is None:
        return wanted
    settled = vm.state in _SETTLED_STATES and "powerState" not in differing
    return Applied(
        cpu_cores=before.cpu_cores if "cpu_cores" in differing else wanted.cpu_cores,
        gb_ram=before.gb_ram if "gb_ram" in differing else wanted.gb_ram,
        power_state=wanted.power_state if settled else before.power_state,
    )
