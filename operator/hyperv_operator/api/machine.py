"""HyperVMachine: one virtual machine, from submission to removal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from hyperv_operator.api.common import Guid, Model, Name, SecretKey, Sentence, Short, Status, StatusModel
from hyperv_operator.api.names import MachineCondition

PowerState = Literal["Running", "Off"]


class SecretKeyRef(Model):
    """A key of a Secret in the machine's own namespace."""

    name: Annotated[Name, Field(description="Name of the Secret, in the machine's own namespace.")]
    key: Annotated[SecretKey, Field(description="Key in the Secret's data.")]


class SecretField(Model):
    """Where the value of a secret field comes from."""

    secret_key_ref: Annotated[SecretKeyRef, Field(description="The Secret and the key that hold the value.")]


class HyperVMachineSpec(Model):
    """What a person asks for."""

    schema_version: Annotated[
        int, Field(ge=1, le=10_000, description="Version of the schema that `fields` was written for.")
    ]
    target_host: Annotated[Name, Field(description="Name of the HyperVHost. It cannot be changed.")]
    fields: Annotated[
        dict[str, JsonValue],
        Field(description="The fields of the submission that are not secret, by the names of the schema."),
    ]
    secret_fields: Annotated[
        dict[str, SecretField],
        Field(
            default_factory=dict,
            max_length=32,
            description="The secret fields, each by reference to a Secret of the same namespace.",
        ),
    ]
    power_state: Annotated[PowerState, Field(description="Whether the VM shall run, once its guest is configured.")] = (
        "Running"
    )
    deletion_policy: Annotated[
        Literal["Delete", "Retain"],
        Field(description="What becomes of the VM when the resource is deleted: removed, or left as it is."),
    ] = "Delete"
    paused: Annotated[
        bool, Field(description="True: the operator watches and reports, and changes nothing. Deleting still works.")
    ] = False


class Claim(StatusModel):
    """Who launches the agent next: written with a resourceVersion test before every launch."""

    run_id: Annotated[Guid, Field(description="The run that the launch belongs to.")]
    attempt: Annotated[int, Field(ge=1, description="Number of the launch over the life of the resource.")]
    operator: Annotated[Short, Field(description="Identity of the operator that launches.")]
    agent: (
        Annotated[
            str,
            Field(
                max_length=16,
                pattern="^[0-9a-f]{16}$",
                description="Version of the agent that the run began with, and goes on with; unset for one that was "
                "installed by hand.",
            ),
        ]
        | None
    ) = None


class Run(StatusModel):
    """The current or last run of the agent."""

    id: Guid
    kind: Annotated[Literal["provision", "update", "remove"], Field(description="What the run is for.")] = "provision"
    attempt: Annotated[int, Field(ge=1)]
    step: Annotated[str, Field(max_length=64, description="The step the agent is at, or was at last.")] | None = None
    step_progress: Annotated[int, Field(ge=0, le=100, description="How far the step is, in percent.")] | None = None
    started_at: Annotated[datetime, Field(description="When the run's current or last launch began.")] | None = None
    finished_at: Annotated[datetime, Field(description="When it ended.")] | None = None
    outcome: Annotated[str, Field(max_length=64, description="How it ended, with the reason or code.")] | None = None
    definition: (
        Annotated[str, Field(max_length=16_384, description="The job as it was sent, as JSON, with secrets redacted.")]
        | None
    ) = None


class PastRun(StatusModel):
    """One line about a run that ended."""

    id: Guid
    attempt: Annotated[int, Field(ge=1)]
    finished_at: datetime
    outcome: Annotated[str, Field(max_length=64)]
    message: Annotated[str, Field(max_length=512)] = ""


class Sealed(StatusModel):
    """What the last sealing was made from."""

    run_id: Guid
    kid: Annotated[str, Field(max_length=64, description="Thumbprint of the guest's key.")]
    count: Annotated[int, Field(ge=1, le=100, description="Sealings of this run so far.")]
    secrets: Annotated[
        dict[str, Short],
        Field(default_factory=dict, max_length=32, description="resourceVersion of each Secret that was read."),
    ]


class HyperVMachineStatus(Status):
    """What the operator reports."""

    observed_generation: Annotated[int, Field(ge=0)] | None = None
    vm_id: Annotated[Guid, Field(description="The Hyper-V GUID: the VM's identity from then on.")] | None = None
    host: Annotated[Short, Field(description="The host that owns the VM now.")] | None = None
    power_state: Annotated[str, Field(max_length=32, description="The VM's state as Hyper-V reports it.")] | None = None
    addresses: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=32, description="Addresses that the guest reports."),
    ] = ()
    os_family: Literal["windows", "linux"] | None = None
    run: Run | None = None
    claim: Claim | None = None
    diagnosis: (
        Annotated[Sentence, Field(description="On a failure: what the agent saw, and the probable cause.")] | None
    ) = None
    history: Annotated[tuple[PastRun, ...], Field(max_length=5, description="The last runs, newest first.")] = ()
    sealed: Sealed | None = None

    @property
    def is_guest_configured(self) -> bool:
        """Whether the guest has acknowledged its configuration."""
        return self.is_true(MachineCondition.GUEST_CONFIGURED)
