"""What the gateway takes and gives: the models of the HTTP API. Their keys are in snake_case."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from hyperv_operator.api.common import Name, SecretKey

Namespace = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
JobStatus = Literal["pending", "running", "waiting", "retrying", "stalled", "ready", "deleting"]
JsonObject = dict[str, Any]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Asked(BaseModel):
    # Unknown keys are refused: a misspelt key would change the meaning of a request without a word.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Rights(_Shown):
    """What the caller may do in the namespace, as Kubernetes says."""

    create: Annotated[bool, Field(description="Create machines.")]
    delete: Annotated[bool, Field(description="Delete machines.")]
    view_log: Annotated[bool, Field(description="Read the live log of machines.")]
    view_hosts: Annotated[bool, Field(description="List the hosts.")]
    cordon: Annotated[bool, Field(description="Cordon hosts.")]
    view_executor: Annotated[bool, Field(description="Read the executor's state.")]
    read_secrets: Annotated[bool, Field(description="List Secrets.")]
    create_secrets: Annotated[bool, Field(description="Create Secrets.")]


class Session(_Shown):
    """Who the caller is, and what the caller may do."""

    user: Annotated[str, Field(description="Name of the user.")]
    groups: Annotated[list[str], Field(description="Groups of the user.")]
    namespaces: Annotated[list[str] | None, Field(description="All namespaces; null if the caller may not list them.")]
    rights: Rights


class Config(_Shown):
    """What a client needs to know before it has a token."""

    version: Annotated[str, Field(description="Version of the gateway.")]
    default_namespace: Annotated[str | None, Field(description="Namespace of submissions that name none.")]


class SchemaChanges(_Shown):
    """What has changed between an older version of the schema and the active one."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    from_version: Annotated[int, Field(alias="from", description="The older version.")]
    to_version: Annotated[int, Field(alias="to", description="The active version.")]
    changes: list[JsonObject]


class SecretReference(_Asked):
    """A key of an existing Secret in the machine's namespace."""

    secret_name: Annotated[Name, Field(description="Name of the Secret.")]
    key: Annotated[SecretKey, Field(description="Key in the Secret's data.")]


class SubmissionRequest(_Asked):
    """A machine to provision."""

    schema_version: Annotated[
        int, Field(ge=1, le=10_000, strict=True, description="Version of the schema that the values were written for.")
    ]
    target_host: Annotated[Name, Field(description="Name of the HyperVHost.")]
    values: Annotated[
        dict[str, JsonValue],
        Field(max_length=128, repr=False, description="The fields of the schema; secrets in clear text."),
    ]
    namespace: Annotated[Namespace | None, Field(description="Namespace; unset: the gateway's default.")] = None
    name: Annotated[Name | None, Field(description="Name of the HyperVMachine; unset: made from vm_name.")] = None
    secrets: Annotated[
        dict[str, SecretReference],
        Field(max_length=32, default_factory=dict, description="Secret fields that refer to existing Secrets."),
    ]
    power_state: Annotated[Literal["Running", "Off"] | None, Field(description="Desired power state.")] = None
    deletion_policy: Annotated[
        Literal["Delete", "Retain"] | None, Field(description="What becomes of the VM when the job is deleted.")
    ] = None

    @field_validator("values")
    @classmethod
    def _is_text(cls, values: dict[str, JsonValue]) -> dict[str, JsonValue]:
        try:
            json.dumps(values, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("a text has half of a character (a lone surrogate), which nothing can store") from None
        return values


class Validation(_Shown):
    """A valid submission."""

    valid: Literal[True] = True
    manifest: Annotated[JsonObject, Field(description="The HyperVMachine that would be created.")]
    warnings: Annotated[list[str], Field(description="What is ignored, and what is worth knowing.")]


class Condition(_Shown):
    """A condition of a machine or host."""

    type: str
    status: str
    reason: str
    message: str
    last_transition_time: datetime | None


class Readiness(_Shown):
    """The Ready condition, in short."""

    status: str
    reason: str
    message: str
    at: datetime | None


class Run(_Shown):
    """The current or last run of the agent."""

    id: str
    kind: str
    attempt: int
    step: str | None
    step_progress: int | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str | None


class PastRun(_Shown):
    """A run that has ended."""

    id: str
    attempt: int
    finished_at: datetime
    outcome: str
    message: str


class Transition(_Shown):
    """A change in the life of a machine or host."""

    sequence: int
    at: datetime
    reason: str
    severity: Literal["Normal", "Warning"]
    message: str


class Remedy(_Shown):
    """What to do about the reason of the Ready condition."""

    summary: str
    docs: str


class SchemaRef(_Shown):
    """A version of the schema."""

    id: str
    version: int


class Definition(_Shown):
    """The job definition, without secrets."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    schema_ref: Annotated[SchemaRef, Field(alias="schema")]
    fields: dict[str, JsonValue]


class Links(_Shown):
    """Addresses of what belongs to a job."""

    self: str
    log: str
    stream: str
    manifest: str
    host: str


class JobSummary(_Shown):
    """A job, as lists and the aggregate stream show it."""

    id: Annotated[str, Field(description="Opaque id.")]
    namespace: str
    name: str
    uid: str
    vm_name: str
    target_host: str
    host: Annotated[str | None, Field(description="The host that has the VM.")]
    image_name: str
    os_family: str | None
    status: Annotated[JobStatus, Field(description="The state in one word.")]
    ready: Readiness
    run: Run | None
    power_state: Annotated[str | None, Field(description="State of the VM, as Hyper-V reports it.")]
    addresses: list[str]
    created_at: datetime | None
    deleting: bool
    links: Links


class Job(JobSummary):
    """A job with everything that is known about it."""

    conditions: list[Condition]
    transitions: Annotated[list[Transition], Field(description="The last changes, newest first.")]
    history: Annotated[list[PastRun], Field(description="The last runs, newest first.")]
    diagnosis: Annotated[str | None, Field(description="What the agent observed when a run failed.")]
    remedy: Remedy | None
    definition: Definition
    secret_fields: Annotated[dict[str, SecretReference], Field(description="Where the secret fields come from.")]


class JobList(_Shown):
    """A page of jobs."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    items: list[JobSummary]
    next: Annotated[str | None, Field(alias="continue", description="Token of the next page; null on the last one.")]


class HostAgent(_Shown):
    """The agent on a host."""

    version: str | None
    phase: str | None
    digest: str | None
    schema_versions: list[int]


class Volume(_Shown):
    """A volume of a host."""

    path: str
    free_gib: int


class Capacity(_Shown):
    """Resources of a host, rounded."""

    logical_processors: int
    memory_gib: int
    memory_free_gib: int
    volumes: list[Volume]


class MachineRef(_Shown):
    """A HyperVMachine."""

    namespace: str
    name: str
    uid: str


class InventoryMachine(_Shown):
    """A VM, as Hyper-V reports it."""

    vm_id: str
    name: str
    state: str
    cpu_cores: int
    gb_ram: str
    machine: MachineRef | None


class Image(_Shown):
    """A golden image."""

    name: str
    size_gib: int


class Placeholder(_Shown):
    """A machine that Hyper-V does not report yet."""

    uid: str
    namespace: str
    name: str
    vm_name: str
    phase: str


class Inventory(_Shown):
    """The inventory of a host."""

    observed_at: datetime | None
    truncated: bool
    machines: list[InventoryMachine]
    images: list[Image]
    placeholders: list[Placeholder]


class Host(_Shown):
    """A host; its inventory only where one host is asked for and the caller may read it."""

    name: str
    address: str
    cordoned: bool
    failover_cluster: str | None
    ready: Readiness
    conditions: list[Condition]
    capacity: Capacity | None
    agent: HostAgent | None
    os: str | None
    computer_name: str | None
    transitions: list[Transition]
    inventory: Inventory | None


class HostList(_Shown):
    """All hosts."""

    items: list[Host]


class HostChange(_Asked):
    """A change of a host."""

    cordoned: Annotated[bool, Field(strict=True, description="Whether nothing new is provisioned on the host.")]


class ObjectRef(_Shown):
    """What a notification is about."""

    kind: Literal["HyperVMachine", "HyperVHost"]
    namespace: str | None
    name: str
    uid: str


class Notification(_Shown):
    """A change in the life of a machine or host."""

    id: Annotated[str, Field(description="Opaque id; the same for ever.")]
    object: ObjectRef
    job_id: str | None
    at: datetime
    reason: str
    severity: Literal["Normal", "Warning"]
    message: str


class NotificationList(_Shown):
    """A page of notifications, newest first."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    items: list[Notification]
    next: Annotated[str | None, Field(alias="continue", description="Token of the next page; null on the last one.")]


class SecretKeys(_Shown):
    """A Secret: its name and its keys, never a value."""

    name: str
    keys: list[str]


class SecretList(_Shown):
    """The Secrets of a namespace."""

    items: list[SecretKeys]
