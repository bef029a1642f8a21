"""The host's state: images, machine folders, VMs and their KVP pools."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hostsim.installation import AgentFolder, installed

GIB = 1024**3


def timestamp() -> str:
    """Return the current time in the agent's format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: TID251 - the simulator has its own clock


@dataclass
class Vm:
    """A VM and its two KVP pools."""

    vm_id: str
    name: str
    cpu_cores: int
    gb_ram: int
    machine_uid: str | None = None
    cluster_uid: str | None = None
    machine: str | None = None
    """namespace/name in the mark."""
    state: str = "Off"
    critical: bool = False
    """Hyper-V has lost the VM's storage, or it is full: `state` is that of the critical variant."""
    unopened: str | None = None
    """Why Hyper-V cannot open the VM, which it still knows."""
    shuts_down: bool = True
    """The guest's Shutdown integration service answers."""
    vlan_id: int = 0
    iso_attached: bool = False
    addresses: list[str] = field(default_factory=list)
    from_guest: dict[str, str] = field(default_factory=dict)
    from_host: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    received: dict[str, Any] | None = None
    """The data that the guest has decrypted; it never leaves the guest."""

    def shut_down(self) -> None:
        """Turn itself off, as its guest does."""
        self.state = "Off"

    def tell(self, key: str, value: str | None) -> None:
        """Write or delete a KVP item of the guest."""
        self.post(self.from_guest, key, value)

    def configure(self, addresses: list[str]) -> None:
        """Configure addresses, which Hyper-V then reports."""
        self.addresses = addresses

    def post(self, pool: dict[str, str], key: str, value: str | None) -> None:
        """Write or delete a KVP item and wake its waiters."""
        if value is None:
            pool.pop(key, None)
        else:
            pool[key] = value
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass
class Folder:
    """A machine's folder: its file names and its journal."""

    files: set[str] = field(default_factory=set)
    journal: dict[str, Any] | None = None
    started_at: float | None = None
    published_run: str | None = None
    """The run whose sealed data was published last."""
    locked: bool = False
    machines: str = ""
    """The folder of machines that it is in."""
    lost_vm_id: str | None = None
    taken_up: bool = False
    """The VM was found by its mark; the journal did not have it."""
    parent: str | None = None
    """The image from which its disk was made as a differencing disk."""


@dataclass
class World:
    """One host."""

    name: str = "HYPERV01"
    smbios_uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    machine_guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    images: dict[str, int] = field(default_factory=lambda: {"Windows Server 2022": 20 * GIB, "Ubuntu 24.04": 5 * GIB})
    changed_parents: set[str] = field(default_factory=set)
    """Images that were changed after differencing disks were made from them."""
    unusable_images: dict[str, str] = field(default_factory=dict)
    """What is wrong with images that no VM of generation 2 starts from, by their name."""
    switches: list[str] = field(default_factory=lambda: ["External"])
    memory_bytes: int = 1024 * GIB
    logical_processors: int = 64
    volume_bytes: int = 16 * 1024 * GIB
    failover_cluster: str | None = None
    cluster_volumes: list[str] = field(default_factory=lambda: ["C:\\ClusterStorage\\Volume1", "D:\\"])
    """Folders of the cluster shared volumes."""
    network_logon: bool = False
    """The operator's account is logged on over the network, where a task has to make cluster roles."""
    administrator: bool = True
    """The operator's account may register tasks."""
    schema_versions: list[int] = field(default_factory=lambda: [1])
    """The schema versions of the agent that was installed by hand."""
    agent: AgentFolder = field(default_factory=lambda: AgentFolder(installed("by-hand")))
    vms: dict[str, Vm] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    removed: dict[str, str | None] = field(default_factory=dict)
    """Tombstones: machine UID to what the removal found."""
    clustered: set[str] = field(default_factory=set)
    peers: list[World] = field(default_factory=list)
    """The other nodes of the failover cluster; see `hostsim.cluster`."""

    def add_vm(self, name: str, machine_uid: str | None = None, cluster_uid: str | None = None) -> str:
        """Create a VM as if by hand, optionally with a machine's ownership mark; return its GUID."""
        vm = Vm(str(uuid.uuid4()), name, 1, 1, machine_uid, cluster_uid)
        self.vms[vm.vm_id] = vm
        return vm.vm_id

    def delete_vm(self, vm_id: str) -> None:
        """Delete a VM as if by hand; its files stay."""
        del self.vms[vm_id]

    def node_of(self, machine_uid: str) -> World | None:
        """Return the other node that has a clustered machine's VM."""
        nodes = self.peers if machine_uid in self.clustered else []
        return next((node for node in nodes if node.vms_of(machine_uid)), None)

    def children_of(self, image: str) -> list[str]:
        """Return the UIDs of the machines whose differencing disks were made from an image."""
        return sorted(uid for uid, folder in self.folders.items() if folder.parent == image)

    def changed_images(self) -> list[str]:
        """Return no name, because nothing here writes an image."""
        return []

    def break_vm(self, vm_id: str, problem: str | None) -> None:
        """Make a VM one that Hyper-V knows and cannot open; with None, one that it can."""
        self.vms[vm_id].unopened = problem

    def set_critical(self, vm_id: str, *, critical: bool) -> None:
        """Take a VM's storage away, or give it back."""
        self.vms[vm_id].critical = critical

    def vms_of(self, machine_uid: str) -> list[Vm]:
        """Return the VMs with a machine's ownership mark. That of a VM which cannot be opened is not known."""
        return [vm for vm in self.vms.values() if vm.machine_uid == machine_uid and vm.unopened is None]

    def unopened(self, machine_uid: str, known: Iterable[str] = ()) -> Vm | None:
        """Return a VM that cannot be opened and is the machine's: it is known by its GUID, or has the name of an unmarked one."""
        names, ids = f"hvo-{machine_uid}", set(known)
        broken = (vm for vm in self.vms.values() if vm.unopened is not None)
        return next((vm for vm in broken if vm.vm_id in ids or vm.name == names), None)

    def vm_named(self, name: str) -> Vm | None:
        """Return a VM by its name."""
        return next((vm for vm in self.vms.values() if vm.name.casefold() == name.casefold()), None)

    def memory_free(self) -> int:
        """Return the free memory in bytes."""
        return self.memory_bytes - sum(vm.gb_ram * GIB for vm in self.vms.values() if vm.state == "Running")

    def traces_of(self, machine_uid: str) -> list[str]:
        """Return every trace of a machine except its tombstone."""
        found = [f"vm {vm.vm_id}" for vm in self.vms.values() if vm.machine_uid == machine_uid]
        if machine_uid in self.folders:
            found.append(f"folder with {sorted(self.folders[machine_uid].files)}")
        return found
