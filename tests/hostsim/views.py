"""The interfaces of a host for tests and guests, shared by the simulated and the real agent."""

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
    """A VM, as seen by its guest."""

    received: dict[str, Any] | None
    """The data that the guest has decrypted; it never leaves the guest."""

    @property
    def vm_id(self) -> str:
        """Hyper-V's GUID."""
        ...

    @property
    def from_host(self) -> Mapping[str, str]:
        """The KVP items from the host."""
        ...

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change of the KVP items."""
        ...

    def tell(self, key: str, value: str | None) -> None:
        """Write or delete a KVP item of the guest."""
        ...

    def configure(self, addresses: list[str]) -> None:
        """Configure addresses, which Hyper-V then reports."""
        ...

    def shut_down(self) -> None:
        """Turn the VM off from within."""
        ...


class VmView(GuestVm, Protocol):
    """A VM, as seen by tests. It stays readable after its removal."""

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
        """The machine in its ownership mark."""
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
        """The addresses of its guest."""
        ...

    @property
    def from_guest(self) -> Mapping[str, str]:
        """The KVP items from its guest."""
        ...


class FolderView(Protocol):
    """A machine's folder."""

    @property
    def files(self) -> Collection[str]:
        """Names of the disk and the ISO that exist."""
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

    smbios_uuid: str
    machine_guid: str
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
    def removed(self) -> Mapping[str, str | None]:
        """Tombstones: machine UID to what the removal found."""
        ...

    @property
    def clustered(self) -> Collection[str]:
        """UIDs of the machines whose VMs are roles of the cluster."""
        ...

    def vms_of(self, machine_uid: str) -> Sequence[VmView]:
        """Return the VMs with a machine's ownership mark."""
        ...

    def traces_of(self, machine_uid: str) -> list[str]:
        """Return every trace of a machine except its tombstone."""
        ...

    def add_vm(self, name: str, machine_uid: str | None = None, cluster_uid: str | None = None) -> str:
        """Create a VM as if by hand, optionally with a machine's ownership mark; return its GUID."""
        ...

    def delete_vm(self, vm_id: str) -> None:
        """Delete a VM as if by hand; its files stay."""
        ...

    def break_vm(self, vm_id: str, problem: str | None) -> None:
        """Make a VM one that Hyper-V knows and cannot open; with None, one that it can."""
        ...

    def set_critical(self, vm_id: str, *, critical: bool) -> None:
        """Take a VM's storage away, or give it back."""
        ...

    def changed_images(self) -> list[str]:
        """Return the names of the golden images that were modified."""
        ...


class HostAgent(Protocol):
    """Runs the scripts of a host's shells."""

    faults: Faults
    ledger: Ledger
    stop_seconds: float
    """How long a stopped script may take to end before it is killed."""
    versions: VersionBook

    @property
    def world(self) -> WorldView:
        """The host that the scripts work on."""
        ...

    async def start(self) -> None:
        """Prepare to run scripts."""
        ...

    async def run(self, launch: Launch, streams: Streams) -> None:
        """Run one script to its end; raises `ShellKilled`. A cancellation kills the script at once."""
        ...

    def has_script(self, path: str) -> bool:
        """Return whether a script exists; always true for the real agent, where PowerShell reports a missing script itself."""
        ...

    async def roll_out(self, call: RolloutCall, streams: Streams) -> None:
        """Run one rollout call to its answer; raises and cancels like `run`."""
        ...

    async def close(self) -> None:
        """Stop all scripts and guests."""
        ...
