"""Get-HostInventory.ps1: the host's inventory, and the agent that reports it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hostsim.installation import MANUAL_VERSION, digest
from hostsim.script import Streams, outcome
from hostsim.world import GIB, Vm, World

_SHOWN = (
    "machine_uid", "run_id", "generation", "attempt", "vm_id", "state", "steps", "reason", "code", "updated_at",
)  # fmt: skip
"""Keys of a journal that are in the inventory."""


def write(
    world: World,
    version: str,
    job: dict[str, Any],
    streams: Streams,
    rewrite: Callable[[list[str]], list[str]] | None = None,
) -> None:
    """Write the host's inventory, as reported by a version of the agent and rewritten by a fault."""
    places = {job["host"]["paths"]["machines"], *job.get("machine_folders", ())}
    used = sum(world.images.get(name, 0) for name in world.images)
    lines: list[dict[str, Any]] = [
        {
            "type": "host",
            "host_id": {"smbios_uuid": world.smbios_uuid, "machine_guid": world.machine_guid},
            "computer_name": world.name,
            "os": {"name": "Windows Server 2022 Datacenter", "version": "10.0.20348"},
            "logical_processors": world.logical_processors,
            "memory_total_bytes": world.memory_bytes,
            "memory_free_bytes": world.memory_free(),
            "volumes": [{"path": "D:\\", "size_bytes": world.volume_bytes, "free_bytes": world.volume_bytes - used}],
            "agent": _agent(world, version),
        }
    ]
    lines += [
        {
            "type": "image",
            "name": name,
            "size_bytes": size,
            "children": len(world.children_of(name)),
            "changed": name in world.changed_parents if world.children_of(name) else None,
        }
        for name, size in world.images.items()
    ]
    lines += [_vm_line(world, vm) for vm in world.vms.values()]
    lines += [
        {
            "type": "journal",
            **{key: folder.journal[key] for key in _SHOWN},
            "locked": folder.locked,
            "folder": folder.machines,
        }
        for folder in world.folders.values()
        if folder.journal and folder.machines in places
    ]
    lines += [{"type": "removed", "machine_uid": uid, "finding": finding} for uid, finding in world.removed.items()]
    written = [*(json.dumps(line, separators=(",", ":")) for line in lines), outcome("completed", "Inventory", "")]
    for text in rewrite(written) if rewrite else written:
        streams.output(text)


def _vm_line(world: World, vm: Vm) -> dict[str, Any]:
    if vm.unopened is not None:
        unmarked = vm.name.removeprefix("hvo-") if vm.name.startswith("hvo-") else None
        return {"type": "vm", "vm_id": vm.vm_id, "name": vm.name, "machine_uid": unmarked, "problem": vm.unopened}
    folder = world.folders.get(vm.machine_uid or "")
    unfinished = bool(folder and folder.journal and folder.journal["state"] != "completed")
    guest = None
    if vm.machine_uid and unfinished:
        ready, state = vm.from_guest.get("ProvisioningReady"), vm.from_guest.get("ProvisioningState")
        guest = {"ready": ready and ready[:1000], "state": state and state[:1000]}
    return {
        "type": "vm",
        "vm_id": vm.vm_id,
        "name": vm.name,
        "state": vm.state,
        "critical": vm.critical,
        "cpu_cores": vm.cpu_cores,
        "memory_bytes": vm.gb_ram * GIB,
        "addresses": vm.addresses if vm.state == "Running" else [],
        "replica": False,
        "machine_uid": vm.machine_uid,
        "cluster_uid": vm.cluster_uid,
        "machine": vm.machine,
        "guest": guest,
    }


def _agent(world: World, version: str) -> dict[str, Any]:
    names = world.agent.names()
    if not version:
        about = {"version": MANUAL_VERSION, "digest": "sha256:" + "ab" * 32, "schema_versions": world.schema_versions}
        return {**about, "versions": names}
    manifest = world.agent.manifest(version)
    return {
        "version": manifest.version,
        "digest": digest(world.agent.within(f"versions/{version}")),
        "schema_versions": manifest.schema_versions,
        "versions": names,
    }


def schema_versions(world: World, version: str, schema_id: str) -> list[int]:
    """Return the schema versions that a version of the agent supports; `ValueError` if its manifest does not list them."""
    if not version:
        return world.schema_versions
    known = world.agent.manifest(version).schema_versions
    return known if schema_id == "vm-provisioning" else [1]
