"""HyperVHostInventory: what Hyper-V reports on a host, for people and tools. The operator never reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from hyperv_operator.api.common import Guid, Model, Short

MAX_MACHINES = 1_000


class MachineRef(Model):
    """The HyperVMachine that a VM belongs to."""

    namespace: Annotated[Short, Field(description="Namespace of the HyperVMachine.")]
    name: Annotated[Short, Field(description="Name of the HyperVMachine.")]
    uid: Annotated[Guid, Field(description="UID of the HyperVMachine.")]


class ReportedMachine(Model):
    """A VM as Hyper-V reports it."""

    vm_id: Annotated[Guid, Field(description="Hyper-V's id of the VM.")]
    name: Annotated[str, Field(max_length=256, description="Name of the VM.")]
    state: Annotated[str, Field(max_length=32, description="State of the VM, such as Running or Off.")]
    cpu_cores: Annotated[int, Field(ge=0, description="Number of virtual processors.")]
    gb_ram: Annotated[str, Field(max_length=16, description="Memory in GiB, as a decimal number.")]
    machine_ref: MachineRef | None = None


class ReportedImage(Model):
    """A golden image."""

    name: Annotated[str, Field(max_length=256, description="Name of the image: its file name without .vhdx.")]
    size_gib: Annotated[int, Field(ge=0, description="Size of the file in GiB.")]
    children: Annotated[
        int, Field(ge=0, description="Number of machines whose differencing disks were made from the image.")
    ] = 0
    changed: (
        Annotated[
            bool,
            Field(
                description="True if the image was changed after these disks were made: their VMs do not start. Unset if there are none."
            ),
        ]
        | None
    ) = None


class Placeholder(Model):
    """A machine that is being provisioned and that Hyper-V does not report yet."""

    uid: Annotated[Guid, Field(description="UID of the HyperVMachine.")]
    namespace: Annotated[Short, Field(description="Namespace of the HyperVMachine.")]
    name: Annotated[Short, Field(description="Name of the HyperVMachine.")]
    vm_name: Annotated[str, Field(max_length=256, description="Name that the VM will have.")]
    phase: Annotated[str, Field(max_length=64, description="Progress of the provisioning.")]


class HyperVHostInventoryStatus(Model):
    """The inventory of a host."""

    observed_at: Annotated[datetime, Field(description="When the inventory was taken.")] | None = None
    machines: Annotated[
        tuple[ReportedMachine, ...], Field(max_length=MAX_MACHINES, description="VMs that Hyper-V reports.")
    ] = ()
    truncated: Annotated[bool, Field(description="If true, the host has more VMs than are listed.")] = False
    images: Annotated[tuple[ReportedImage, ...], Field(max_length=500, description="Golden images on the host.")] = ()
    placeholders: Annotated[
        tuple[Placeholder, ...],
        Field(max_length=1_000, description="Machines that are being provisioned and have no VM yet."),
    ] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """Return the status as it is sent to the API server."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return dumped
