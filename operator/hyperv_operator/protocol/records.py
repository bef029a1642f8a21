"""The messages of a launch: step records while it runs, and one outcome at its end."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import GuestKey

MAX_RECORD = 65_536
"""Maximum characters of one record. Those of the agent are far shorter."""


class Step(StrEnum):
    """Steps of all jobs, as the agent names them."""

    PRE_CHECKS = "PreChecks"
    COPY_IMAGE = "CopyImage"
    COPY_PROVISIONING_ISO = "CopyProvisioningISO"
    REGISTER_VM = "RegisterVM"
    WAIT_FOR_PROVISIONING_KEY = "WaitForProvisioningKey"
    PUBLISH_PROVISIONING_DATA = "PublishProvisioningData"
    WAIT_FOR_GUEST = "WaitForGuest"
    PURGE_PROVISIONING_DATA = "PurgeProvisioningData"
    EJECT_PROVISIONING_ISO = "EjectProvisioningISO"
    REGISTER_CLUSTER = "RegisterCluster"
    REMOVE_CLUSTER_ROLE = "RemoveClusterRole"
    REMOVE_VM = "RemoveVM"
    REMOVE_FILES = "RemoveFiles"
    VERIFY_REMOVED = "VerifyRemoved"
    SET_PROCESSOR = "SetProcessor"
    SET_MEMORY = "SetMemory"
    SET_POWER = "SetPower"


class StepState(StrEnum):
    """State of a step."""

    STARTED = "started"
    PROGRESS = "progress"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class OutcomeKind(StrEnum):
    """How a launch ended."""

    COMPLETED = "completed"
    PENDING = "pending"
    FAILED = "failed"


class PendingReason(StrEnum):
    """What a pending launch is waiting for."""

    WAITING_FOR_GUEST_KEY = "WaitingForGuestKey"
    WAITING_FOR_GUEST = "WaitingForGuest"
    HOST_BUSY = "HostBusy"


class AgentCode(StrEnum):
    """The closed list of the agent's failure codes."""

    INVALID_DEFINITION = "InvalidDefinition"
    SCHEMA_MISMATCH = "SchemaMismatch"
    SUPERSEDED = "Superseded"
    HOST_BUSY = "HostBusy"
    IMAGE_NOT_FOUND = "ImageNotFound"
    INSUFFICIENT_SPACE = "InsufficientSpace"
    INSUFFICIENT_MEMORY = "InsufficientMemory"
    SWITCH_NOT_FOUND = "SwitchNotFound"
    PATH_NOT_ALLOWED = "PathNotAllowed"
    ACCESS_DENIED = "AccessDenied"
    VM_MISSING = "VmMissing"
    IDENTITY_CONFLICT = "IdentityConflict"
    NAME_IN_USE = "NameInUse"
    NOT_OWNED = "NotOwned"
    ISO_MISSING = "IsoMissing"
    COPY_FAILED = "CopyFailed"
    REGISTER_FAILED = "RegisterFailed"
    START_FAILED = "StartFailed"
    GUEST_TIMEOUT = "GuestTimeout"
    GUEST_KEY_INVALID = "GuestKeyInvalid"
    GUEST_FAILED = "GuestFailed"
    PUBLISH_FAILED = "PublishFailed"
    CLUSTER_FAILED = "ClusterFailed"
    REMOVE_FAILED = "RemoveFailed"
    HOST_IDENTITY_CHANGED = "HostIdentityChanged"
    INTERNAL = "Internal"


class RemovalFinding(StrEnum):
    """What a removal found on its host."""

    VM_REMOVED = "VmRemoved"
    """The machine's VM was on this host and was removed."""
    NO_VM_REGISTERED = "NoVmRegistered"
    """The machine's journal or folder on this host shows that no VM was ever registered for it."""
    NO_VM_FOUND = "NoVmFound"
    """This host has no VM with the machine's mark; it may be elsewhere."""


class WireModel(BaseModel):
    """A message from the host: frozen and bounded. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _cut(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: value[:limit] if isinstance(value, str) else value)


Text = Annotated[str, _cut(2_000)]
"""A message of the agent. One that is too long is cut instead of refused."""


class StepRecord(WireModel):
    """A change of a step's state or progress."""

    step: Step
    state: StepState
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    message: Text = ""
    at: datetime | None = None


class Diagnosis(WireModel):
    """What the agent saw when it failed."""

    summary: Text


class Outcome(WireModel):
    """How a launch ended."""

    outcome: OutcomeKind
    reason: Annotated[str, _cut(64)] = ""
    code: AgentCode | None = None
    message: Text = ""
    vm_id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None
    guest_key: GuestKey | None = None
    diagnosis: Diagnosis | None = None
    finding: RemovalFinding | None = None
    """What a completed removal found; None for other jobs."""

    @property
    def pending_reason(self) -> PendingReason | None:
        """What a pending launch is waiting for; None for another outcome or an unknown reason."""
        known = self.reason in {reason.value for reason in PendingReason}
        return PendingReason(self.reason) if self.outcome is OutcomeKind.PENDING and known else None

    @property
    def waits_for_guest(self) -> bool:
        """Whether the launch ended because only the guest can continue."""
        return self.pending_reason in (PendingReason.WAITING_FOR_GUEST_KEY, PendingReason.WAITING_FOR_GUEST)


def parse_json_object(text: str) -> dict[str, JsonValue]:
    """Parse one JSON object. Raise `RecordError` if the text is too long or not a JSON object."""
    if len(text) > MAX_RECORD:
        raise RecordError(f"A record of {len(text)} characters is longer than the {MAX_RECORD} allowed.")
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise RecordError("A record is not JSON.") from None
    if not isinstance(value, dict):
        raise RecordError("A record is not a JSON object.")
    return value


def parse_record(text: str) -> StepRecord | Outcome:
    """Parse a step record or an outcome. Raise `RecordError` with the invalid keys, never with their values."""
    value = parse_json_object(text)
    kind = value.get("type")
    try:
        if kind == "step":
            return StepRecord.model_validate(value)
        if kind == "outcome":
            return Outcome.model_validate(value)
    except ValidationError as error:
        raise RecordError(f"A {kind} record does not follow the protocol: {describe(error)}.") from None
    raise RecordError("A record has an unknown type.")


def describe(error: ValidationError) -> str:
    """Return the invalid keys and why they are invalid, without any value."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in items)
