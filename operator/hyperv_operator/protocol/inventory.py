"""The inventory of a host, as `Get-HostInventory.ps1` writes it: one JSON object per line, the outcome last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import MAX_GUEST_VALUE
from hyperv_operator.protocol.records import (
    AgentCode,
    Outcome,
    OutcomeKind,
    RemovalFinding,
    Step,
    StepState,
    WireModel,
    describe,
    parse_json_object,
)

Guid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
ShortText = Annotated[str, BeforeValidator(lambda value: value[:256] if isinstance(value, str) else value)]
GuestText = Annotated[str, BeforeValidator(lambda value: value[:MAX_GUEST_VALUE] if isinstance(value, str) else value)]
Bytes = Annotated[int, Field(ge=0)]
_VERSIONS = 256


class HostIdFacts(WireModel):
    """What identifies a host permanently."""

    smbios_uuid: Annotated[str, Field(min_length=1, max_length=64)]
    machine_guid: Annotated[str, Field(min_length=1, max_length=64)]


class OsFacts(WireModel):
    """The operating system of the host."""

    name: ShortText
    version: ShortText


class VolumeFacts(WireModel):
    """A volume; sizes in bytes."""

    path: ShortText
    size_bytes: Bytes
    free_bytes: Bytes


class AgentFacts(WireModel):
    """The agent that took the inventory."""

    version: ShortText
    digest: ShortText
    schema_versions: Annotated[tuple[int, ...], Field(max_length=16)]
    versions: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")], ...],
        BeforeValidator(lambda value: value[:_VERSIONS] if isinstance(value, list) else ()),
    ] = ()
    """Names of the versions on the host."""


class HostFacts(WireModel):
    """The host itself; sizes in bytes."""

    host_id: HostIdFacts
    computer_name: ShortText
    os: OsFacts
    logical_processors: Annotated[int, Field(ge=0)]
    memory_total_bytes: Bytes
    memory_free_bytes: Bytes
    volumes: Annotated[tuple[VolumeFacts, ...], Field(max_length=256)] = ()
    agent: AgentFacts


class ImageFacts(WireModel):
    """A golden image."""

    name: ShortText
    size_bytes: Bytes


class GuestFacts(WireModel):
    """What the guest of an unfinished machine has posted, raw."""

    ready: GuestText | None = None
    state: GuestText | None = None


VmState = Literal["Running", "Off", "Paused", "Saved", "Starting", "Stopping", "Other"]


class VmFacts(WireModel):
    """A VM; `machine_uid` is that of its ownership mark."""

    vm_id: Guid
    name: ShortText
    state: VmState
    cpu_cores: Annotated[int, Field(ge=0)]
    memory_bytes: Bytes
    addresses: Annotated[tuple[ShortText, ...], Field(max_length=64)] = ()
    replica: bool = False
    machine_uid: ShortText | None = None
    guest: GuestFacts | None = None


class JournalState(StrEnum):
    """State of a machine's journal."""

    RUNNING = "running"
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class JournalFacts(WireModel):
    """The agent's journal of a machine."""

    machine_uid: ShortText
    run_id: Guid
    generation: Annotated[int, Field(ge=0)]
    attempt: Annotated[int, Field(ge=0)]
    vm_id: Guid | None = None
    state: JournalState
    steps: dict[Step, StepState] = Field(default_factory=dict)
    reason: ShortText | None = None
    code: AgentCode | None = None
    locked: bool = False
    updated_at: datetime
    folder: ShortText | None = None
    """The folder of machines that the machine's folder is in; None from an agent that does not tell it."""


class RemovedFacts(WireModel):
    """The tombstone of a machine that was removed recently."""

    machine_uid: ShortText
    finding: RemovalFinding | None = None
    """What the removal found; None if an agent wrote the tombstone that did not record it."""


class InventoryReport(WireModel):
    """A complete inventory."""

    facts: HostFacts
    images: tuple[ImageFacts, ...] = ()
    vms: tuple[VmFacts, ...] = ()
    journals: tuple[JournalFacts, ...] = ()
    removed: Mapping[str, RemovalFinding | None] = Field(default_factory=dict)
    """What the removals of the last hour found, by machine UID."""


_KINDS: dict[JsonValue, type[WireModel]] = {
    "host": HostFacts,
    "image": ImageFacts,
    "vm": VmFacts,
    "journal": JournalFacts,
    "removed": RemovedFacts,
    "outcome": Outcome,
}


def parse_inventory(lines: Iterable[str]) -> InventoryReport:
    """Parse an inventory. Raise `RecordError` if a line does not follow the protocol, or if it is incomplete or failed."""
    found: dict[type[WireModel], list[WireModel]] = {}
    for line in lines:
        value = parse_json_object(line)
        model = _KINDS.get(value.get("type"))
        if model is None:
            continue
        try:
            found.setdefault(model, []).append(model.model_validate(value))
        except ValidationError as error:
            raise RecordError(
                f"The inventory's {value.get('type')} line does not follow the protocol: {describe(error)}."
            ) from None
    outcomes = [item for item in found.get(Outcome, []) if isinstance(item, Outcome)]
    if not outcomes:
        raise RecordError("The inventory ended before it was complete.")
    if outcomes[-1].outcome is not OutcomeKind.COMPLETED:
        raise RecordError(f"The inventory failed: {outcomes[-1].message}")
    hosts = [item for item in found.get(HostFacts, []) if isinstance(item, HostFacts)]
    if not hosts:
        raise RecordError("The inventory has no host line.")
    return InventoryReport(
        facts=hosts[-1],
        images=tuple(item for item in found.get(ImageFacts, []) if isinstance(item, ImageFacts)),
        vms=tuple(item for item in found.get(VmFacts, []) if isinstance(item, VmFacts)),
        journals=tuple(item for item in found.get(JournalFacts, []) if isinstance(item, JournalFacts)),
        removed={
            item.machine_uid: item.finding for item in found.get(RemovedFacts, []) if isinstance(item, RemovedFacts)
        },
    )
