"""HyperVHostInventory: what Hyper-V reports on a host, for people and tools. The operator itself never reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from hyperv_operator.api.common import Guid, Short, StatusModel

MAX_MACHINES = 1_000


class MachineRef(StatusModel):
    """The HyperVMachine that a VM belongs to."""

    namespace: Short
    name: Short
    uid: Guid


class ReportedMachine(StatusModel):
    """A VM as Hyper-V reports it."""

    vm_id: Guid
    name: Annotated[str, Field(max_length=256)]
    state: Annotated[str, Field(max_length=32)]
    cpu_cores: Annotated[int, Field(ge=0)]
    gb_ram: Annotated[str, Field(max_length=16, description="Memory in GiB, as a decimal number.")]
    machine_ref: MachineRef | None = None


class ReportedImage(StatusModel):
    """A golden image."""

    name: Annotated[str, Field(max_length=256)]
    size_gib: Annotated[int, Field(ge=0)]


class Placeholder(StatusModel):
    """A machine that is being provisioned and that Hyper-V does not report yet."""

    uid: Guid
    namespace: Short
    name: Short
    vm_name: Annotated[str, Field(max_length=256)]
    phase: Annotated[str, Field(max_length=64)]


class HyperVHostInventoryStatus(StatusModel):
    """All there is to an inventory."""

    observed_at: datetime | None = None
    machines: Annotated[tuple[ReportedMachine, ...], Field(max_length=MAX_MACHINES)] = ()
    truncated: Annotated[bool, Field(description="True: there are more machines than are listed.")] = False
    images: Annotated[tuple[ReportedImage, ...], Field(max_length=500)] = ()
    placeholders: Annotated[tuple[Placeholder, ...], Field(max_length=1_000)] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """Return the status as the API server gets it."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return dumped
