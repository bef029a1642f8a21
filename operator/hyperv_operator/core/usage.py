"""What machines have of a host, as the bounds of its tenant entries count it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from pydantic import JsonValue

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.protocol.inventory import VmFacts
from hyperv_operator.protocol.job import JobKind

_GIB: Final = 1024**3


@dataclass(frozen=True)
class Size:
    """The size of one machine."""

    cpu_cores: int = 0
    memory_gib: int = 0

    @classmethod
    def of_fields(cls, fields: Mapping[str, JsonValue]) -> Self:
        """Return the size that the fields of a submission ask for."""
        cpu, memory = fields.get("cpu_cores"), fields.get("gb_ram")
        return cls(cpu if isinstance(cpu, int) else 0, memory if isinstance(memory, int) else 0)

    @classmethod
    def of_vm(cls, vm: VmFacts) -> Self:
        """Return the size of a VM; a part of a GiB counts as one."""
        return cls(vm.cpu_cores, -(-vm.memory_bytes // _GIB))

    def covering(self, other: Size) -> Size:
        """Return the larger of the two in each respect."""
        return Size(max(self.cpu_cores, other.cpu_cores), max(self.memory_gib, other.memory_gib))


@dataclass(frozen=True)
class Usage:
    """What several machines have together."""

    machines: int = 0
    cpu_cores: int = 0
    memory_gib: int = 0

    def plus(self, size: Size) -> Usage:
        """Return the usage with one more machine."""
        return Usage(self.machines + 1, self.cpu_cores + size.cpu_cores, self.memory_gib + size.memory_gib)

    def minus(self, size: Size) -> Usage:
        """Return the usage with one machine less."""
        return Usage(self.machines - 1, self.cpu_cores - size.cpu_cores, self.memory_gib - size.memory_gib)

    def without(self, part: Usage) -> Usage:
        """Return the usage without a part of its machines."""
        return Usage(self.machines - part.machines, self.cpu_cores - part.cpu_cores, self.memory_gib - part.memory_gib)


NOTHING: Final = Usage()


def held(status: HyperVMachineStatus, fields: Mapping[str, JsonValue]) -> Size:
    """Return what a launched machine has by its status; where that is not known, what its spec asks for."""
    applied, asked = status.applied, Size.of_fields(fields)
    if applied is None:
        return asked
    return Size(
        asked.cpu_cores if applied.cpu_cores is None else applied.cpu_cores,
        asked.memory_gib if applied.gb_ram is None else applied.gb_ram,
    )


def counted(status: HyperVMachineStatus, fields: Mapping[str, JsonValue], vm: VmFacts | None) -> Size:
    """Return what a launched machine takes of its namespace's quota.

    That is the larger of what it has and what its VM has; while an update runs, also what its spec asks for.
    """
    size, run = held(status, fields), status.run
    if run and run.kind == JobKind.UPDATE.value and run.finished_at is None:
        size = size.covering(Size.of_fields(fields))
    return size.covering(Size.of_vm(vm)) if vm else size
