"""What a pass can decide to do. A closed set: the reconciler matches on it exhaustively."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hyperv_operator.protocol.guest import GuestKey


class JobKind(Enum):
    """What a launch of the agent is for; the value is the metrics category."""

    PROVISION = "provision"
    UPDATE = "update"
    REMOVE = "remove"


@dataclass(frozen=True)
class Wait:
    """Do nothing until something changes, or until `until` at the latest (None: only a change matters)."""

    until: datetime | None = None
    poll_soon: bool = False
    """Something on the host is awaited: take its inventory often, and look again after each one."""


@dataclass(frozen=True)
class Launch:
    """Start the agent for this machine, once the claim is written."""

    kind: JobKind
    run_id: str | None
    """The run to go on with; None starts a new one."""
    attempt: int
    seal_to: GuestKey | None = None
    """Seal the guest data to this key and send it along; needs `vm_id`."""
    vm_id: str | None = None


@dataclass(frozen=True)
class Release:
    """Let the finalizer go. `left_behind` says what may be left on the host, or None if nothing can be."""

    left_behind: str | None = None
    abandoned: bool = False


Action = Wait | Launch | Release
