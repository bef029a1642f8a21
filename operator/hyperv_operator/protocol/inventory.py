"""The inventory of a host: what its lines hold, and what lines that cannot be read leave unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from hyperv_operator.border.fields import Flag, Guid, Name, Whole, Word, first, one_line
from hyperv_operator.border.text import Clean
from hyperv_operator.protocol.guest import MAX_GUEST_VALUE
from hyperv_operator.protocol.records import AgentCode, RemovalFinding, Step, StepState, WireModel

_VERSIONS: Final = 256
_SCHEMA_VERSIONS: Final = 16
_VOLUMES: Final = 256
_ADDRESSES: Final = 64
_STEPS: Final = 64
_MACHINE: Final = re.compile(r"[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}")


def _machine_or_none(value: object) -> object:
    return value if isinstance(value, str) and _MACHINE.fullmatch(value) else None


MachineName = Annotated[Clean | None, BeforeValidator(_machine_or_none)]
"""namespace/name of a machine, which is clean by its pattern; anything else is None."""
VersionName = Annotated[Clean, Field(pattern=r"^[0-9a-f]{16}$")]
"""Name of a version of the agent, which is clean by its pattern."""


class HostIdFacts(WireModel):
    """What identifies a host permanently."""

    smbios_uuid: Annotated[Word, Field(min_length=1)]
    machine_guid: Annotated[Word, Field(min_length=1)]


class OsFacts(WireModel):
    """The operating system of the host."""

    name: Name
    version: Name


class VolumeFacts(WireModel):
    """A volume; sizes in bytes."""

    path: Name
    size_bytes: Whole
    free_bytes: Whole


class AgentFacts(WireModel):
    """The agent that took the inventory."""

    version: Name
    digest: Name
    schema_versions: Annotated[tuple[Whole, ...], Field(max_length=_SCHEMA_VERSIONS), first(_SCHEMA_VERSIONS + 1)]
    versions: Annotated[tuple[VersionName, ...], first(_VERSIONS)] = ()
    """Names of the versions on the host."""


class HostFacts(WireModel):
    """The host itself; sizes in bytes. A figure that cannot be read is None."""

    host_id: HostIdFacts
    computer_name: Name | None = None
    os: OsFacts | None = None
    logical_processors: Whole | None = None
    memory_total_bytes: Whole | None = None
    memory_free_bytes: Whole | None = None
    volumes: Annotated[tuple[VolumeFacts, ...], Field(max_length=_VOLUMES), first(_VOLUMES + 1)] = ()
    agent: AgentFacts


class ImageFacts(WireModel):
    """A golden image."""

    name: Name
    size_bytes: Whole = 0
    children: Whole = 0
    """Machines whose differencing disks were made from it."""
    changed: Flag | None = None
    """Whether it was changed since; None if there are no such disks, or that is unknown."""


class GuestFacts(WireModel):
    """What the guest of an unfinished machine has posted, as text."""

    ready: Annotated[Clean, one_line(MAX_GUEST_VALUE)] | None = None
    state: Annotated[Clean, one_line(MAX_GUEST_VALUE)] | None = None


VmState = Literal["Running", "Off", "Paused", "Saved", "Starting", "Stopping", "Other"]
VM_STATES: Final[frozenset[str]] = frozenset(("Running", "Off", "Paused", "Saved", "Starting", "Stopping", "Other"))


class VmFacts(WireModel):
    """A VM; the UIDs, the namespace and the name are those of its ownership mark, as far as it has them."""

    vm_id: Guid
    name: Name
    state: Annotated[
        VmState, BeforeValidator(lambda value: value if not isinstance(value, str) or value in VM_STATES else "Other")
    ]
    """A state that this operator does not know is Other."""
    critical: Flag = False
    """Hyper-V has lost the VM's storage, or it is full: the state is the critical variant of `state`."""
    cpu_cores: Whole
    memory_bytes: Whole
    addresses: Annotated[tuple[Word, ...], first(_ADDRESSES)] = ()
    replica: Flag = False
    machine_uid: Name | None = None
    cluster_uid: Name | None = None
    machine: MachineName = None
    """namespace/name of the machine; None in marks of earlier versions."""
    guest: GuestFacts | None = None


class VmProblem(WireModel):
    """A VM that Hyper-V knows and cannot open, or that vanished while it was read: all that is known is here."""

    vm_id: Guid | None = None
    """None if not even that is known: then it may be any VM."""
    name: Name | None = None
    machine_uid: Name | None = None
    """The machine in its mark, if that can be read."""
    problem: Annotated[Clean, one_line(512)]
    """What Hyper-V says."""


class JournalState(StrEnum):
    """State of a machine's journal."""

    RUNNING = "running"
    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class JournalFacts(WireModel):
    """The agent's journal of a machine. Steps, states of steps and a code that this operator does not know are left out."""

    machine_uid: Name
    run_id: Guid
    generation: Whole
    attempt: Whole
    vm_id: Guid | None = None
    state: JournalState
    steps: Annotated[dict[Step, StepState], first(_STEPS)] = Field(default_factory=dict)
    reason: Word | None = None
    code: AgentCode | None = None
    locked: Flag = False
    updated_at: AwareDatetime | None = None
    folder: Name | None = None
    """The folder of machines that the machine's folder is in; None from an agent that does not tell it."""


class RemovedFacts(WireModel):
    """The tombstone of a machine that was removed recently."""

    machine_uid: Name
    finding: RemovalFinding | None = None
    """What the removal found; None if an agent wrote the tombstone that did not record it, or a word that is not known."""


class UnreadableLine(WireModel):
    """A line that could not be read, or of which a part could not."""

    kind: Word
    """host, image, vm, journal, removed or outcome; `line` if that cannot be read either."""
    machine_uid: Name | None = None
    vm_id: Word | None = None
    problem: Annotated[Clean, one_line(512)]
    """What is wrong, without a value."""


@dataclass(frozen=True)
class Gaps:
    """What an inventory does not say, because a line of it could not be read or was one too many.

    Absence is not shown by an inventory that may have lost the very line.
    """

    vm_uids: frozenset[str] = frozenset()
    """Machines of which a VM's line was lost."""
    vm_ids: frozenset[str] = frozenset()
    """VMs of which the line was lost."""
    journal_uids: frozenset[str] = frozenset()
    """Machines of which the journal's line was lost."""
    unopened_uids: frozenset[str] = frozenset()
    """Machines of which a VM could not be opened."""
    unopened_ids: frozenset[str] = frozenset()
    """VMs that could not be opened."""
    any_unopened: bool = False
    """A VM could not be opened whose mark is not known: it may be that of any machine whose VM's GUID is not known."""
    any_vm: bool = False
    """A line was lost, or a VM not even listed, that may have been any machine's VM."""
    any_journal: bool = False
    any_image: bool = False

    def names_vm(self, uid: str, vm_id: str | None) -> bool:
        """Return whether a lost line, or a VM that could not be opened, is that of a VM of this machine."""
        return self.lost_vm(uid, vm_id) or self.unopened_vm(uid, vm_id)

    def lost_vm(self, uid: str, vm_id: str | None) -> bool:
        """Return whether a lost line is that of a VM of this machine."""
        return uid in self.vm_uids or vm_id in self.vm_ids

    def unopened_vm(self, uid: str, vm_id: str | None) -> bool:
        """Return whether a VM of this machine could not be opened."""
        return uid in self.unopened_uids or vm_id in self.unopened_ids

    def may_hide_vm(self, uid: str, vm_id: str | None) -> bool:
        """Return whether a lost line is, or may be, that of a VM of this machine."""
        return self.any_vm or self.names_vm(uid, vm_id)

    def may_hide_journal(self, uid: str) -> bool:
        """Return whether a lost line is, or may be, that of this machine's journal."""
        return self.any_journal or uid in self.journal_uids


NO_GAPS: Final = Gaps()


class InventoryReport(WireModel):
    """A complete inventory."""

    facts: HostFacts
    images: tuple[ImageFacts, ...] = ()
    vms: tuple[VmFacts, ...] = ()
    journals: tuple[JournalFacts, ...] = ()
    removed: Mapping[str, RemovalFinding | None] = Field(default_factory=dict)
    """What the removals of the last hour found, by machine UID."""
    vm_problems: tuple[VmProblem, ...] = ()
    """The VMs that could not be opened."""
    unreadable: tuple[UnreadableLine, ...] = ()
    """The first lines that could not be read as a whole."""
    unreadable_counts: Mapping[str, int] = Field(default_factory=dict)
    """How many there are, by kind."""
    gaps: Gaps = NO_GAPS
