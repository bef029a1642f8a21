"""The shape of a catalogue entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from hyperv_operator.api.names import HostCondition, MachineCondition


@unique
class Actor(StrEnum):
    """Who must act."""

    NOBODY = "nobody"
    OWNER = "owner of the machine"
    """Whoever applies the HyperVMachine and its Secrets."""
    HOST_ADMIN = "host administrator"
    """Whoever administers Windows and Hyper-V on the host."""
    CLUSTER_ADMIN = "cluster administrator"
    """Whoever manages the operator, the HyperVHosts and their Secrets."""


@unique
class Retry(StrEnum):
    """When the operator makes its next attempt."""

    NOW = "now"
    """After a tenth of the base pause the first time, then as BACKOFF."""
    BACKOFF = "backoff"
    """After a pause that doubles with each failure, up to a limit."""
    ON_CHANGE = "on change"
    """When the resource, a Secret, the HyperVHost, the host's inventory or the guest's answer changes."""
    NEVER = "never"
    """Not at all: there is nothing to repeat, or repeating it changes nothing."""


@unique
class Kstatus(StrEnum):
    """What a reason means for kstatus."""

    IN_PROGRESS = "in progress"
    """`Reconciling=True`."""
    STALLED = "stalled"
    """`Stalled=True`."""
    NEITHER = "neither"
    """The reason sets neither condition to True."""


MachineShows = tuple[tuple[MachineCondition, bool | None], ...]
"""The conditions of a machine that carry the reason, each with its value; None is Unknown."""
HostShows = tuple[tuple[HostCondition, bool | None], ...]
"""The conditions of a host that carry the reason, each with its value; None is Unknown."""


@dataclass(frozen=True)
class Entry:
    """Everything that is said and decided about one reason."""

    cause: str
    """Why, in one sentence of Markdown."""
    actor: Actor
    retry: Retry
    remedy: str = ""
    """What to do, in at most two sentences of plain text; it ends the message of a condition."""
    procedure: str = ""
    """How to do it, and what else is worth knowing: Markdown for the documentation, after the remedy."""
    machine: MachineShows = ()
    host: HostShows = ()

    @property
    def kstatus(self) -> Kstatus:
        """Whether resources with this reason are stalled or in progress."""
        if (MachineCondition.STALLED, True) in self.machine or (HostCondition.STALLED, True) in self.host:
            return Kstatus.STALLED
        if (MachineCondition.RECONCILING, True) in self.machine or (HostCondition.RECONCILING, True) in self.host:
            return Kstatus.IN_PROGRESS
        return Kstatus.NEITHER

    @property
    def needs_person(self) -> bool:
        """Whether a resource with this reason stays as it is until a person acts."""
        return self.kstatus is Kstatus.STALLED


WORKING: Final[MachineShows] = ((MachineCondition.READY, None), (MachineCondition.RECONCILING, True))
STALLED: Final[MachineShows] = ((MachineCondition.READY, False), (MachineCondition.STALLED, True))
REFUSED: Final[MachineShows] = (*STALLED, (MachineCondition.ACCEPTED, False))
UNSYNCED: Final = (MachineCondition.SYNCED, False)
"""A change of a machine that was launched is not applied; `Ready` stays as it is."""
UNSEEN: Final[MachineShows] = ((MachineCondition.SYNCED, None),)
"""A machine that was Ready stays Ready while its host cannot be read."""

HOST_STALLED: Final[HostShows] = ((HostCondition.READY, False), (HostCondition.STALLED, True))
HOST_WAITING: Final[HostShows] = ((HostCondition.READY, None), (HostCondition.RECONCILING, True))
HOST_FAILING: Final[HostShows] = (
    (HostCondition.READY, False),
    (HostCondition.RECONCILING, True),
    (HostCondition.REACHABLE, False),
)
HOST_SHUT: Final[HostShows] = (*HOST_STALLED, (HostCondition.REACHABLE, False))
