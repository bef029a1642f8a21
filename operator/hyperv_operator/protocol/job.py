"""The jobs that are sent to the agent: compact JSON in UTF-8, in base64, as one string of pipeline input."""

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
    """The schema of a job."""

    id: Literal["vm-provisioning", "vm-removal", "vm-update", "host-inventory", "host-preflight"]
    version: Annotated[int, Field(ge=1)]


class RunRef(_Model):
    """The launch that a job belongs to, and its time limits."""

    id: str
    machine_uid: str
    cluster_uid: str
    machine: str = ""
    """namespace/name of the machine, which the mark in the VM's notes shows."""
    generation: int
    attempt: int
    deadline_seconds: int
    wait_seconds: int


class HostPaths(_Model):
    """Folders on the host."""

    agent: str
    images: str
    machines: str


class HostIdentity(_Model):
    """The host that a job is for, whatever answers at its address."""

    smbios_uuid: str
    machine_guid: str


class HostOptions(_Model):
    """The settings of the HyperVHost that a job needs."""

    paths: HostPaths
    virtual_switch: str
    clone: Literal["Copy", "Differencing"]
    failover_cluster: str | None = None
    identity: HostIdentity | None = None
    """What was pinned at first contact. The agent refuses a job that changes the host without it; an inventory may lack it."""


class MachineRef(_Model):
    """The VM that a removal or an update applies to."""

    vm_id: str | None
    vm_name: str | None = None


class DesiredVm(_Model):
    """The desired state of an update; None leaves a value as it is."""

    cpu_cores: int | None = None
    gb_ram: int | None = None
    power_state: Literal["Running", "Off"] | None = None


class _Job(_Model):
    schema_ref: SchemaRef = Field(alias="schema")
    host: HostOptions

    def encode(self) -> str:
        """Return the job as it is sent to the agent: base64 of its JSON."""
        return base64.b64encode(self.to_json().encode()).decode()

    def to_json(self) -> str:
        """Return the job as compact JSON."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), separators=(",", ":"), ensure_ascii=False)


class ProvisioningJob(_Job):
    """The job of `Invoke-ProvisioningJob.ps1`. `fields` never contains a secret."""

    fields: Mapping[str, JsonValue]
    run: RunRef
    sealed_data: str | None = None
    lost_vm_id: str | None = None
    """The VM that is known to be gone: the agent may forget it and make another."""


class RemovalJob(_Job):
    """The job of `Invoke-RemovalJob.ps1`."""

    run: RunRef
    machine: MachineRef


class UpdateJob(_Job):
    """The job of `Invoke-UpdateJob.ps1`."""

    run: RunRef
    machine: MachineRef
    desired: DesiredVm


class InventoryJob(_Job):
    """The job of `Get-HostInventory.ps1`."""

    cluster_uid: str
    machine_folders: tuple[str, ...] = ()
    """Folders, besides `host.paths.machines`, that hold machine folders made with an earlier one."""


class PreflightJob(_Job):
    """The job of `Get-HostPreflight.ps1`."""

    max_concurrent_runs: int
    """How many runs the host's quotas have to suffice for."""


RunJob = ProvisioningJob | RemovalJob | UpdateJob
JobDefinition = RunJob | InventoryJob | PreflightJob


def is_guest_field(name: str) -> bool:
    """Return whether a field is part of the guest data."""
    return name == "vm_name" or name.startswith(("guest_", "cnf_"))


def guest_plaintext(os_family: str, fields: Mapping[str, JsonValue], secrets: Mapping[str, str]) -> bytes:
    """Return the guest data in plaintext: vm_name, every `guest_*` and `cnf_*` field, and the secrets, as compact JSON."""
    wanted = {name: value for name, value in fields.items() if is_guest_field(name)}
    data = {"protocol": 1, "os_family": os_family, "fields": {**wanted, **secrets}}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
