"""A host as its state folder tells it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
import uuid
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from typing_extensions import override

from hostsim.pwsh.state import IMAGES, MACHINES, StateFolder, flocked
from hostsim.world import GIB

_SCALE = 1024
"""An image's file is so many times smaller than what it stands for."""
_MARK = re.compile(r"^hyperv-operator\.io/machine-uid=(\S+)$", re.MULTILINE)
_NAME = re.compile(r"^hvo-([0-9a-f-]{36})$")


def marked_uid(name: str | None, notes: str | None) -> str | None:
    """Return the machine whose mark a VM of this name and these notes carries."""
    found = _MARK.search((notes or "").replace("\r", "")) or _NAME.match(name or "")
    return found[1] if found else None


class FolderVm:
    """A VM: its record is the module's, what its guest tells is written here."""

    def __init__(self, state: StateFolder, vm_id: str) -> None:
        self._state = state
        self._last: dict[str, Any] = {}
        self.vm_id = vm_id
        self.changed = asyncio.Event()
        self.received: dict[str, Any] | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The module's record; of a VM that was removed, the last one that was seen."""
        self._last = self._state.read("vms", f"{self.vm_id}.json") or self._last
        return self._last

    @property
    def name(self) -> str:
        return str(self.record["name"])

    @property
    def state(self) -> str:
        return str(self.record["state"])

    @property
    def cpu_cores(self) -> int:
        return int(self.record["processorCount"])

    @property
    def gb_ram(self) -> int:
        return int(self.record["memoryStartup"]) // GIB

    @property
    def machine_uid(self) -> str | None:
        return marked_uid(self.record["name"], self.record["notes"])

    @property
    def vlan_id(self) -> int:
        return int(self.record["adapters"][0]["vlanId"])

    @property
    def iso_attached(self) -> bool:
        return any(drive["path"] for drive in self.record["dvds"])

    @property
    def addresses(self) -> list[str]:
        return list(self._guest()["addresses"])

    @property
    def from_host(self) -> Mapping[str, str]:
        pool = self._state.read("kvp", f"{self.vm_id}.json") or {"items": []}
        return {item["name"]: item["data"] for item in pool["items"]}

    @property
    def from_guest(self) -> Mapping[str, str]:
        return {item["name"]: item["data"] for item in self._guest()["items"]}

    def _guest(self) -> dict[str, Any]:
        empty = {"heartbeat": "OkApplicationsUnknown", "addresses": [], "items": [], "intrinsic": []}
        return dict(self._state.read("guests", f"{self.vm_id}.json") or empty)

    def wake(self) -> None:
        """Wake whoever waits for a change of the items."""
        self.changed.set()
        self.changed = asyncio.Event()

    def tell(self, key: str, value: str | None) -> None:
        """Write or delete an item of the guest."""
        with self._state.locked():
            guest = self._guest()
            guest["items"] = [item for item in guest["items"] if item["name"] != key]
            if value is not None:
                guest["items"].append({"name": key, "data": value})
            self._state.write(guest, "guests", f"{self.vm_id}.json")

    def configure(self, addresses: list[str]) -> None:
        """Take addresses, which Hyper-V then reports."""
        with self._state.locked():
            self._state.write({**self._guest(), "addresses": addresses}, "guests", f"{self.vm_id}.json")


class MachineFolder:
    """A machine's folder."""

    def __init__(self, state: StateFolder, path: Path) -> None:
        self._state = state
        self._path = path

    @property
    def files(self) -> Collection[str]:
        return {one.name for one in self._path.glob("*") if one.suffix in (".vhdx", ".iso")}

    @property
    def journal(self) -> dict[str, Any] | None:
        found = self._state.read(*self._path.relative_to(self._state.root).parts, "journal.json")
        return found if isinstance(found, dict) else None

    @property
    def locked(self) -> bool:
        return flocked(self._path / "lock")


class Images(MutableMapping[str, int]):
    """The golden images: real files, of which a MiB stands for a GiB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, str]] = {}

    @override
    def __getitem__(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size * _SCALE
        except FileNotFoundError:
            raise KeyError(name) from None

    @override
    def __setitem__(self, name: str, size: int) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(b"vhdxfile" + os.urandom(4096))
            file.truncate(max(size // _SCALE, 8192))
        self._seen[name] = self._fingerprint(name)

    @override
    def __delitem__(self, name: str) -> None:
        self._path(name).unlink()
        del self._seen[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self._folder.glob("*.vhdx")))

    @override
    def __len__(self) -> int:
        return len(list(self._folder.glob("*.vhdx")))

    def changed(self) -> list[str]:
        """Return the names of those that are not what they were."""
        return [name for name in self._seen if name not in self or self._fingerprint(name) != self._seen[name]]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.vhdx"

    def _fingerprint(self, name: str) -> tuple[int, str]:
        path = self._path(name)
        return path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()


class FolderWorld:
    """One host."""

    def __init__(self, state: StateFolder, name: str) -> None:
        self.state = state
        self.machines = Path(state.inward(MACHINES))
        self.images: MutableMapping[str, int] = Images(Path(state.inward(IMAGES)))
        self._vms: dict[str, FolderVm] = {}
        volumes = [{"name": state.inward(f"{letter}:\\"), "capacity": 16 * 1024 * GIB} for letter in "CD"]
        self._facts: dict[str, Any] = {
            "name": name,
            "smbiosUuid": str(uuid.uuid4()),
            "machineGuid": str(uuid.uuid4()),
            "osName": "Microsoft Windows Server 2022 Datacenter",
            "osVersion": "10.0.20348",
            "logicalProcessors": 64,
            "memoryBytes": 1024 * GIB,
            "switches": ["External"],
            "clusterFeature": True,
            "machines": str(self.machines),
            "volumes": [{**volume, "free": 15 * 1024 * GIB} for volume in volumes],
        }
        state.write(self._facts, "host.json")
        self.images.update({"Windows Server 2022": 20 * GIB, "Ubuntu 24.04": 5 * GIB})

    def set_fact(self, **facts: Any) -> None:
        """Change facts of host.json, if they differ."""
        if any(self._facts[key] != value for key, value in facts.items()):
            self._facts.update(facts)
            self.state.write(self._facts, "host.json")

    def set_free(self, free: int) -> None:
        """Set the free bytes of all volumes."""
        self.set_fact(volumes=[{**volume, "free": free} for volume in self._facts["volumes"]])

    @property
    def memory_bytes(self) -> int:
        return int(self._facts["memoryBytes"])

    @memory_bytes.setter
    def memory_bytes(self, value: int) -> None:
        self.set_fact(memoryBytes=value)

    @property
    def switches(self) -> list[str]:
        return list(self._facts["switches"])

    @switches.setter
    def switches(self, value: list[str]) -> None:
        self.set_fact(switches=value)

    @property
    def failover_cluster(self) -> str | None:
        cluster = self.state.read("cluster.json")
        return str(cluster["name"]) if cluster else None

    @failover_cluster.setter
    def failover_cluster(self, value: str | None) -> None:
        if value is None:
            (self.state.root / "cluster.json").unlink(missing_ok=True)
        else:
            self.state.write({"name": value, "groups": []}, "cluster.json")

    @property
    def vms(self) -> Mapping[str, FolderVm]:
        found = (path.stem for path in self.state.root.glob("vms/*.json"))
        return {vm_id: vm for vm_id in found if (vm := self.vm(vm_id)).record}

    def vm(self, vm_id: str) -> FolderVm:
        """Return the one object that stands for a VM, also after that has been removed."""
        return self._vms.setdefault(vm_id, FolderVm(self.state, vm_id))

    @property
    def folders(self) -> Mapping[str, MachineFolder]:
        found = self.machines.glob("*") if self.machines.is_dir() else []
        return {path.name: MachineFolder(self.state, path) for path in found if path.is_dir()}

    @property
    def removed(self) -> Collection[str]:
        return {path.stem for path in self.machines.glob("*.removed")} if self.machines.is_dir() else set()

    @property
    def clustered(self) -> Collection[str]:
        cluster = self.state.read("cluster.json") or {"groups": []}
        found = {self.vm(group["vmId"]).machine_uid for group in cluster["groups"]}
        return {uid for uid in found if uid}

    def vms_of(self, machine_uid: str) -> list[FolderVm]:
        """Return the VMs that carry a machine's mark."""
        return [vm for vm in self.vms.values() if vm.machine_uid == machine_uid]

    def traces_of(self, machine_uid: str) -> list[str]:
        """Return everything that is there of a machine, tombstone apart: also what no VM owns any more."""
        found = [f"vm {vm.vm_id}" for vm in self.vms_of(machine_uid)]
        found += [f"role of {uid}" for uid in self.clustered if uid == machine_uid]
        for vm in self._vms.values():
            if vm.vm_id not in self.vms and vm.record and vm.machine_uid == machine_uid and vm.from_host:
                found.append(f"items of {vm.vm_id}")
        found += [str(path) for path in self.machines.glob(f"*{machine_uid}*") if path.suffix != ".removed"]
        return found

    def changed_images(self) -> list[str]:
        """Return the names of the golden images that are not what they were."""
        assert isinstance(self.images, Images)
        return self.images.changed()

    def add_vm(self, name: str, machine_uid: str | None = None, cluster_uid: str | None = None) -> str:
        """Make a VM as a person would, with a machine's mark or none; return its GUID."""
        marks = {"machine-uid": machine_uid, "cluster-uid": cluster_uid}
        vm_id, adapter = str(uuid.uuid4()), str(uuid.uuid4())
        record = {
            "id": vm_id,
            "name": name,
            "notes": "\n".join(f"hyperv-operator.io/{key}={value}" for key, value in marks.items() if value),
            "state": "Off",
            "generation": 2,
            "createdAt": time.time(),
            "processorCount": 1,
            "memoryStartup": GIB,
            "memoryMinimum": GIB // 2,
            "memoryMaximum": GIB,
            "dynamicMemory": False,
            "path": self.state.inward(f"D:\\Others\\{name}"),
            "automaticCheckpoints": False,
            "checkpointType": "Production",
            "automaticStartAction": "StartIfRunning",
            "automaticStopAction": "Save",
            "replicationMode": "None",
            "clustered": False,
            "bootId": None,
            "snapshots": [],
            "adapters": [
                {"id": adapter, "name": "Network Adapter", "switchName": None, "vlanMode": "Untagged", "vlanId": 0}
            ],
            "disks": [],
            "dvds": [],
            "firmware": {"secureBoot": "On", "template": "MicrosoftWindows", "bootOrder": [f"Network:{adapter}"]},
            "disabledServices": [],
        }
        with self.state.locked():
            self.state.write(record, "vms", f"{vm_id}.json")
        return vm_id

    def remove_vm(self, vm_id: str) -> None:
        """Remove a VM as a person would; its files stay."""
        with self.state.locked():
            for kind in ("vms", "kvp", "guests"):
                (self.state.root / kind / f"{vm_id}.json").unlink(missing_ok=True)
