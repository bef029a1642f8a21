"""A host as its state folder tells it."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from hostsim.installation import AgentFolder
from hostsim.pwsh.files import FolderFiles
from hostsim.pwsh.images import Images
from hostsim.pwsh.state import AGENT, IMAGES, MACHINES, StateFolder, flocked
from hostsim.pwsh.vm import FolderVm
from hostsim.world import GIB


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


def _finding(tombstone: Path) -> str | None:
    """Return what the removal found that wrote a tombstone."""
    with contextlib.suppress(ValueError, OSError):
        found = json.loads(tombstone.read_text()).get("finding")
        return str(found) if found else None
    return None


class FolderWorld:
    """One host."""

    def __init__(self, state: StateFolder, name: str) -> None:
        self.state = state
        self.machines = Path(state.inward(MACHINES))
        self.images: MutableMapping[str, int] = Images(Path(state.inward(IMAGES)))
        self.agent = AgentFolder(FolderFiles(Path(state.inward(AGENT))))
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
            "logon": "service",
            "administrator": True,
            "clusterFeature": True,
            "machines": str(self.machines),
            "vmms": "Running",
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
    def smbios_uuid(self) -> str:
        return str(self._facts["smbiosUuid"])

    @smbios_uuid.setter
    def smbios_uuid(self, value: str) -> None:
        self.set_fact(smbiosUuid=value)

    @property
    def machine_guid(self) -> str:
        return str(self._facts["machineGuid"])

    @machine_guid.setter
    def machine_guid(self, value: str) -> None:
        self.set_fact(machineGuid=value)

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
    def removed(self) -> Mapping[str, str | None]:
        found = sorted(self.machines.glob("*.removed")) if self.machines.is_dir() else []
        return {path.stem: _finding(path) for path in found}

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

    def delete_vm(self, vm_id: str) -> None:
        """Delete a VM as a person would; its files stay."""
        with self.state.locked():
            (self.state.root / "vms" / f"{vm_id}.json").unlink()

    def break_vm(self, vm_id: str, problem: str | None) -> None:
        """Make a VM one that Hyper-V knows and cannot open; with None, one that it can."""
        self._change(vm_id, openError=problem)

    def set_critical(self, vm_id: str, *, critical: bool) -> None:
        """Take a VM's storage away, or give it back."""
        state = self.vm(vm_id).state.removesuffix("Critical")
        self._change(vm_id, state=f"{state}Critical" if critical else state)

    def _change(self, vm_id: str, **changes: Any) -> None:
        with self.state.locked():
            record = self.state.read("vms", f"{vm_id}.json")
            self.state.write({**record, **changes}, "vms", f"{vm_id}.json")

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
