"""The job definitions that go to the agent: compact JSON in UTF-8, base64, one string of pipeline input."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class JobKind(Enum):
    """The kind of a run; the value is the `category` label in metrics and `status.run.kind`."""

    PROVISION = "provision"
    UPDATE = "update"
    REMOVE = "remove"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class SchemaRef(_Model):
    """The schema that a job keeps to."""

    id: Literal["vm-provisioning", "vm-removal", "vm-update", "host-inventory"]
    version: Annotated[int, Field(ge=1)]


class RunRef(_Model):
    """Which launch this is, and how long it may take."""

    id: str
    machine_uid: str
    cluster_uid: str
    generation: int
    attempt: int
    deadline_seconds: int
    wait_seconds: int


class HostPaths(_Model):
    """Folders on the host."""

    agent: str
    images: str
    machines: str


class HostOptions(_Model):
    """What the host's record says about how it is used."""

    paths: HostPaths
    virtual_switch: str
    clone: Literal["Copy", "Differencing"]
    failover_cluster: str | None = None


class MachineRef(_Model):
    """The VM that a removal or an update is about."""

    vm_id: str | None
    vm_name: str | None = None


class DesiredVm(_Model):
    """What an update shall make true; None leaves it as it is."""

    cpu_cores: int | None = None
    gb_ram: int | None = None
    power_state: Literal["Running", "Off"] | None = None


class _Job(_Model):
    schema_ref: SchemaRef = Field(alias="schema")
    host: HostOptions

    def encode(self) -> str:
        """Return the job as the agent takes it."""
        return base64.b64encode(self.to_json().encode()).decode()

    def to_json(self) -> str:
        """Return the job as compact JSON."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), separators=(",", ":"), ensure_ascii=False)


class ProvisioningJob(_Job):
    """`Invoke-ProvisioningJob.ps1`: `fields` never holds a secret."""

    fields: Mapping[str, JsonValue]
    run: RunRef
    sealed_data: str | None = None


class RemovalJob(_Job):
    """`Invoke-RemovalJob.ps1`."""

    run: RunRef
    machine: MachineRef


class UpdateJob(_Job):
    """`Invoke-UpdateJob.ps1`."""

    run: RunRef
    machine: MachineRef
    desired: DesiredVm


class InventoryJob(_Job):
    """`Get-HostInventory.ps1`."""

    cluster_uid: str


RunJob = ProvisioningJob | RemovalJob | UpdateJob
JobDefinition = RunJob | InventoryJob


def is_guest_field(name: str) -> bool:
    """Tell whether a field is part of what the guest is given."""
    return name == "vm_name" or name.startswith(("guest_", "cnf_"))


def guest_plaintext(os_family: str, fields: Mapping[str, JsonValue], secrets: Mapping[str, str]) -> bytes:
    """Return what is sealed for the guest: its name, every `guest_*` and `cnf_*` field, and the secrets, as compact JSON."""
    wanted = {name: value for name, value in fields.items() if is_guest_field(name)}
    data = {"protocol": 1, "os_family": os_family, "fields": {**wanted, **secrets}}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
