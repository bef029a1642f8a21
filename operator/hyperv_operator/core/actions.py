"""The actions that a pass can decide on. A closed set: the reconciler matches on it exhaustively."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.protocol.guest import GuestKey
from hyperv_operator.protocol.job import DesiredVm, JobKind
from hyperv_operator.schema.validation import Accepted


@dataclass(frozen=True)
class Wait:
    """Do nothing until something changes, or until `until` at the latest (None: only a change matters)."""

    until: datetime | None = None
    poll_soon: bool = False
    """Something on the host is awaited: poll its inventory often, and run another pass after each poll."""


@dataclass(frozen=True)
class Sealing:
    """Seal the guest data to this key of this VM's guest, and send it with the job."""

    key: GuestKey
    vm_id: str


@dataclass(frozen=True)
class Provision:
    """Provision the VM that the submission describes."""

    spec: HyperVMachineSpec
    submission: Accepted
    sealing: Sealing | None = None
    lost_vm_id: str | None = None
    """The VM of an earlier launch, which every host has been seen to lack: the agent forgets it and makes another."""


@dataclass(frozen=True)
class Update:
    """Change the VM where it differs from the spec."""

    desired: DesiredVm


@dataclass(frozen=True)
class Remove:
    """Remove the VM and everything that belongs to it."""


@dataclass(frozen=True)
class Launch:
    """Launch the agent on `host` for this machine, once the claim is written."""

    host: HostView
    attempt: int
    work: Provision | Update | Remove
    run_id: str | None = None
    """The run that the launch continues; None starts a new one."""

    @property
    def kind(self) -> JobKind:
        """The kind of job that the launch sends."""
        match self.work:
            case Provision():
                return JobKind.PROVISION
            case Update():
                return JobKind.UPDATE
            case Remove():
                return JobKind.REMOVE


@dataclass(frozen=True)
class Release:
    """Remove the finalizer. `left_behind` says what may be left on the host, or None if nothing can be."""

    left_behind: str | None = None
    abandoned: bool = False


Action = Wait | Launch | Release
