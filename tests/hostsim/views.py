"""What tests and guests see of a host, whichever agent runs on it: the shapes that both kinds of world share."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import Any, Protocol

from hostsim.faults import Faults
from hostsim.installation import AgentFolder
from hostsim.ledger import Ledger
from hostsim.script import Launch, RolloutCall, Streams
from hostsim.versions import VersionBook


class GuestVm(Protocol):
    """A VM as its own guest sees it."""

    received: dict[str, Any] | None
    """What the guest decrypted: it stays in the guest."""

    @property
    def vm_id(self) -> str:
        """Hyper-V's GUID."""
        ...

    @property
    def from_host(self) -> Mapping[str, str]:
        """The KVP items that the host has given."""
        ...

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change of the items."""
        ...

    def tell(self, key: str, value: str | None) -> None:
        """Write or delete one of the guest's own items."""
        ...

    def configure(self, addresses: list[str]) -> None:
        """Take addresses, which Hyper-V then reports."""
        ...


class VmView(GuestVm, Protocol):
    """A VM as tests see it. It goes on to tell what it was after it has been removed."""

    @property
    def name(self) -> str:
        """Hyper-V's name."""
        ...

    @property
    def state(self) -> str:
        """Hyper-V's state."""
        ...

    @property
    def cpu_cores(self) -> int:
        """Virtual processors."""
        ...

    @property
    def gb_ram(self) -> int:
        """Memory in GiB."""
        ...

    @property
    def machine_uid(self) -> str | None:
        """The machine whose mark it carries."""
        ...

    @property
    def vlan_id(self) -> int:
        """The VLAN; 0 is untagged."""
        ...

    @property
    def iso_attached(self) -> bool:
        """Whether an ISO is in its DVD drive."""
        ...

    @property
    def addresses(self) -> list[str]:
        """The addresses that its guest reports."""
        ...

    @property
    def from_guest(self) -> Mapping[str, str]:
        """The KVP items that its guest has given."""
        ...


class FolderView(Protocol):
    """A machine's folder."""

    @property
    def files(self) -> Collection[str]:
        """Names of the disk and the ISO, if they are there."""
        ...

    @property
    def journal(self) -> dict[str, Any] | None:
        """The journal, if there is one."""
        ...

    @property
    def locked(self) -> bool:
        """Whether a run holds the machine's lock."""
        ...


class WorldView(Protocol):
    """One host."""

    memory_bytes: int
    switches: list[str]
    failover_cluster: str | None
    agent: AgentFolder
    """The agent's folder."""

    @property
    def images(self) -> MutableMapping[str, int]:
        """Sizes of the golden images in bytes, by name."""
        ...

    @property
    def vms(self) -> Mapping[str, VmView]:
        """The VMs, by GUID."""
        ...

    @property
    def folders(self) -> Mapping[str, FolderView]:
        """The machine folders, by UID."""
        ...

    @property
    def removed(self) -> Collection[str]:
        """UIDs of the tombstones."""
        ...

    @property
    def clustered(self) -> Collection[str]:
        """UIDs of the machines whose VMs are roles of the cluster."""
        ...

    def vms_of(self, machine_uid: str) -> Sequence[VmView]:
        """Return the VMs that carry a machine's mark."""
        ...

    def traces_of(self, machine_uid: str) -> list[str]:
        """Return everything that is there of a machine, tombstone apart."""
        ...

    def add_vm(self, name: str, machine_uid: str | None = None, cluster_uid: str | None = None) -> str:
        """Make a VM as a person would, with a machine's mark or none; return its GUID."""
        ...

    def changed_images(self) -> list[str]:
        """Return the names of the golden images that are not what they were."""
        ...


class HostAgent(Protocol):
    """What runs the scripts that a shell is told to run."""

    faults: Faults
    ledger: Ledger
    stop_seconds: float
    """How long a script that was stopped may take to end before it is ended."""
    versions: VersionBook

    @property
    def world(self) -> WorldView:
        """The host that the scripts work on."""
        ...

    async def start(self) -> None:
        """Get ready."""
        ...

    async def run(self, launch: Launch, streams: Streams) -> None:
        """Run one script to its end; raises `ShellKilled`. When it is cancelled, the script is gone at once."""
        ...

    def has_script(self, path: str) -> bool:
        """Tell whether a script is there to be run; where real ones run, PowerShell tells it itself."""
        ...

    async def roll_out(self, call: RolloutCall, streams: Streams) -> None:
        """Run one call of a rollout to its answer, as `run` does scripts."""
        ...

    async def close(self) -> None:
        """End scripts and guests."""
        ...
