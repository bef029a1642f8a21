"""The messages of a launch: step records while it runs, and one outcome at its end."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.fields import Guid, Message, Whole, Word
from hyperv_operator.border.reading import Node, read
from hyperv_operator.border.text import Clean
from hyperv_operator.errors import JobFailed, RecordError
from hyperv_operator.protocol.guest import GuestKey

MAX_RECORD: Final = 65_536
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
    IMAGE_UNUSABLE = "ImageUnusable"
    IMAGE_CHANGED = "ImageChanged"
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
    CLUSTER_ROLE_UNAVAILABLE = "ClusterRoleUnavailable"
    REMOVE_FAILED = "RemoveFailed"
    HOST_IDENTITY_CHANGED = "HostIdentityChanged"
    HYPER_V_UNAVAILABLE = "HyperVUnavailable"
    VM_UNREADABLE = "VmUnreadable"
    VM_CRITICAL = "VmCritical"
    CONSTRAINED_LANGUAGE = "ConstrainedLanguage"
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
    """A message from the host: frozen, bounded, and with clean text only. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StepRecord(WireModel):
    """A change of a step's state or progress."""

    step: Step
    state: StepState
    percent: Annotated[Whole, Field(le=100)] | None = None
    message: Message = Clean("")
    at: AwareDatetime | None = None
    problems: tuple[Clean, ...] = ()
    """What of the record could not be read, and was left out."""


class Diagnosis(WireModel):
    """What the agent saw when it failed."""

    summary: Message


class Outcome(WireModel):
    """How a launch ended."""

    outcome: OutcomeKind
    reason: Word = Clean("")
    code: AgentCode | None = None
    """None also for a code that this operator does not know; `reason` has its name then."""
    message: Message = Clean("")
    vm_id: Guid | None = None
    guest_key: GuestKey | None = None
    diagnosis: Diagnosis | None = None
    finding: RemovalFinding | None = None
    """What a completed removal found; None for other jobs, and for a word that is not known."""
    problems: tuple[Clean, ...] = ()
    """What of the outcome could not be read, and was left out."""

    @property
    def pending_reason(self) -> PendingReason | None:
        """What a pending launch is waiting for; None for another outcome or an unknown reason."""
        known = self.reason in {reason.value for reason in PendingReason}
        return PendingReason(self.reason) if self.outcome is OutcomeKind.PENDING and known else None

    @property
    def waits_for_guest(self) -> bool:
        """Whether the launch ended because only the guest can continue."""
        return self.pending_reason in (PendingReason.WAITING_FOR_GUEST_KEY, PendingReason.WAITING_FOR_GUEST)


OUTCOME_PARTS: Final = frozenset({"reason", "code", "message", "guest_key", "diagnosis", "finding"})
"""What an outcome can do without. Without its `vm_id` a launch would seem to have made no VM."""
_STEP_PARTS: Final = frozenset({"percent", "message", "at"})


def require_completed(job: str, outcomes: Iterable[Outcome]) -> None:
    """Raise `JobFailed` if a job that only reads has failed, `RecordError` if it has no outcome: it is not complete then."""
    found = list(outcomes)
    failed = next((one for one in found if one.outcome is not OutcomeKind.COMPLETED), None)
    if failed:
        raise JobFailed(job, failed.message, failed.code.value if failed.code else None)
    if not found:
        raise RecordError(f"The {job} ended before it was complete.")


def parse_record(text: str) -> StepRecord | Outcome:
    """Parse a step record or an outcome. Raise `RecordError` with the invalid keys, never with their values.

    A part that the record can do without and that cannot be read is left out, and named in `problems`.
    """
    try:
        value = parse_object(text, MAX_RECORD)
    except UnreadableText as error:
        raise RecordError(f"A record {error}.") from None
    value.pop("problems", None)
    match value.get("type"):
        case "step":
            return _read("step", StepRecord, dict(value), _STEP_PARTS)
        case "outcome":
            return _read("outcome", Outcome, dict(value), OUTCOME_PARTS)
        case _:
            raise RecordError("A record has an unknown type.")


RecordT = TypeVar("RecordT", StepRecord, Outcome)


def _read(kind: str, model: type[RecordT], value: dict[str, Node], parts: frozenset[str]) -> RecordT:
    reading = read(model, value, parts)
    if reading.item is None:
        raise RecordError(f"A {kind} record does not follow the protocol: {'; '.join(reading.problems)}.")
    return reading.item.model_copy(update={"problems": reading.problems}) if reading.problems else reading.item
