"""HyperVMachine: a virtual machine, from its submission to its removal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from hyperv_operator.api.common import (
    Guid,
    Model,
    Name,
    ObservedGeneration,
    SecretKey,
    Sentence,
    Short,
    Status,
    Transitions,
)
from hyperv_operator.api.host import HostId

PowerState = Literal["Running", "Off"]


class SecretKeyRef(Model):
    """A key of a Secret in the machine's own namespace."""

    name: Annotated[Name, Field(description="Name of the Secret, in the machine's own namespace.")]
    key: Annotated[SecretKey, Field(description="Key in the Secret's data.")]


class SecretField(Model):
    """Where the value of a secret field comes from."""

    secret_key_ref: Annotated[SecretKeyRef, Field(description="The Secret and the key that hold the value.")]


class HyperVMachineSpec(Model):
    """The desired state of the machine."""

    schema_version: Annotated[
        int, Field(ge=1, le=10_000, description="Version of the job schema that `fields` was written for.")
    ]
    target_host: Annotated[Name, Field(description="Name of the HyperVHost. Immutable.")]
    fields: Annotated[
        dict[str, JsonValue],
        Field(description="The fields of the submission that are not secret, by their ids in the job schema."),
    ]
    secret_fields: Annotated[
        dict[str, SecretField],
        Field(
            default_factory=dict,
            max_length=32,
            description="The secret fields, each as a reference to a Secret in the same namespace.",
        ),
    ]
    power_state: Annotated[PowerState, Field(description="Desired power state once the guest is configured.")] = (
        "Running"
    )
    deletion_policy: Annotated[
        Literal["Delete", "Retain"],
        Field(description="Whether the VM is deleted or retained when the resource is deleted."),
    ] = "Delete"
    paused: Annotated[
        bool, Field(description="If true, the operator reports the state and changes nothing. Deletion still works.")
    ] = False


class Claim(Model):
    """The next launch of the agent. Written with a resourceVersion check before every launch, so that only one operator launches."""

    run_id: Annotated[Guid, Field(description="The run that the launch belongs to.")]
    attempt: Annotated[int, Field(ge=1, description="Number of the launch, counted over the life of the resource.")]
    operator: Annotated[Short, Field(description="Identity of the operator that launches.")]
    agent: (
        Annotated[
            str,
            Field(
                max_length=16,
                pattern="^[0-9a-f]{16}$",
                description="Version of the agent that all launches of the run use. Unset for an agent that was installed "
                "by hand.",
            ),
        ]
        | None
    ) = None


class Run(Model):
    """The current or last run of the agent."""

    id: Annotated[Guid, Field(description="Id of the run.")]
    kind: Annotated[Literal["provision", "update", "remove"], Field(description="What the run is for.")] = "provision"
    attempt: Annotated[int, Field(ge=1, description="Number of the run's current or last launch.")]
    step: Annotated[str, Field(max_length=64, description="The current or last step of the agent.")] | None = None
    step_progress: Annotated[int, Field(ge=0, le=100, description="Progress of the step in percent.")] | None = None
    started_at: Annotated[datetime, Field(description="When the current or last launch began.")] | None = None
    finished_at: Annotated[datetime, Field(description="When the launch ended.")] | None = None
    outcome: (
        Annotated[str, Field(max_length=64, description="How the launch ended, with its reason or code.")] | None
    ) = None
    definition: (
        Annotated[str, Field(max_length=16_384, description="The job as it was sent, as JSON, with secrets redacted.")]
        | None
    ) = None


class PastRun(Model):
    """A run that ended, in one line."""

    id: Annotated[Guid, Field(description="Id of the run.")]
    attempt: Annotated[int, Field(ge=1, description="Number of the run's last launch.")]
    finished_at: Annotated[datetime, Field(description="When the run ended.")]
    outcome: Annotated[str, Field(max_length=64, description="How the run ended, with its reason or code.")]
    message: Annotated[str, Field(max_length=512, description="What happened.")] = ""


class Sealed(Model):
    """What the guest data was last sealed from."""

    run_id: Annotated[Guid, Field(description="The run that the data was sealed for.")]
    kid: Annotated[str, Field(max_length=64, description="Thumbprint of the guest's key.")]
    count: Annotated[
        int, Field(ge=1, le=100, description="How often the data was sealed during this generation of the spec.")
    ]
    generation: Annotated[int, Field(ge=0, description="Generation of the spec during which sealings are counted.")] = 0
    secrets: Annotated[
        dict[str, Short],
        Field(default_factory=dict, max_length=32, description="resourceVersion of each Secret that was read."),
    ]


class Origin(Model):
    """What the machine is made with. Recorded with the first claim, and used for every later job of the machine."""

    schema_version: Annotated[int, Field(ge=1, description="Version of the job schema of the first launch.")]
    fields: Annotated[
        dict[str, Annotated[str, Field(max_length=1_024)]],
        Field(
            default_factory=dict,
            max_length=128,
            description="The fields and secret references that can no longer be changed, with their values as JSON; of a long value "
            "its SHA-256.",
        ),
    ]
    machines_folder: Annotated[
        str, Field(max_length=200, description="spec.paths.machines of the HyperVHost at the first launch.")
    ]
    host_id: Annotated[HostId, Field(description="Identity of the target host at the first launch.")]


class Applied(Model):
    """The values of the spec that the VM was last made with, set to, or found with."""

    cpu_cores: Annotated[int, Field(ge=0, description="CPU cores.")] | None = None
    gb_ram: Annotated[int, Field(ge=0, description="Memory in GiB.")] | None = None
    power_state: Annotated[PowerState, Field(description="Power state.")] | None = None


class HyperVMachineStatus(Status):
    """The observed state of the machine."""

    observed_generation: ObservedGeneration | None = None
    vm_id: Annotated[Guid, Field(description="Hyper-V's id of the VM. It identifies the VM from then on.")] | None = (
        None
    )
    host: Annotated[Short, Field(description="Name of the host that owns the VM.")] | None = None
    power_state: Annotated[str, Field(max_length=32, description="State of the VM, as Hyper-V reports it.")] | None = (
        None
    )
    addresses: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=32, description="Addresses that the guest reports."),
    ] = ()
    os_family: Annotated[Literal["windows", "linux"], Field(description="OS family of the guest.")] | None = None
    run: Run | None = None
    claim: Claim | None = None
    diagnosis: (
        Annotated[Sentence, Field(description="After a failure: what the agent observed and the probable cause.")]
        | None
    ) = None
    history: Annotated[tuple[PastRun, ...], Field(max_length=5, description="The last runs, newest first.")] = ()
    transitions: Transitions = ()
    sealed: Sealed | None = None
    origin: Origin | None = None
    applied: Applied | None = None
    guest_configured_at: (
        Annotated[datetime, Field(description="When the guest was first known to have applied its configuration.")]
        | None
    ) = None

    @property
    def is_guest_configured(self) -> bool:
        """Whether the guest has acknowledged its configuration."""
        return self.guest_configured_at is not None
