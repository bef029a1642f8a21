"""Facts: the state of a stage, as a flat mapping whose names and values do not depend on the trial."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from faults import admin
from faults.admin import Body
from faults.stage import Stage
from hostsim.world import Vm

Facts = Mapping[str, str]
"""By path, such as `m1.conditions.Ready`."""


def gather(stage: Stage, expected: Facts | None = None) -> Facts:
    """Return the facts of all machines, HyperVHosts and simulated hosts of a stage.

    With `expected`, only those of the machines if one of them differs, which saves most requests while something is awaited.
    """
    found: dict[str, str] = {}
    for alias in stage.uids:
        found |= {path: _plain(value, stage) for path, value in _object(alias, stage.machine(alias)).items()}
    if expected is not None and not found.items() <= expected.items():
        return found
    for alias in stage.hosts:
        found |= _object(alias, stage.host(alias))
        # Its contents follow the host at intervals of their own.
        found[f"{alias}.inventory"] = "present" if stage.host(alias, admin.INVENTORIES) else "absent"
        host = stage.hosts[alias]
        found |= {f"{alias}.{path}": value for path, value in host.call(lambda: list(_world(stage, alias)))}  # noqa: B023
    return {path: _plain(value, stage) for path, value in found.items()}


def _plain(value: str, stage: Stage) -> str:
    """Return a text with aliases in place of names."""
    return value.replace(f"-{stage.suffix}", "")


def _object(alias: str, body: Body | None) -> dict[str, str]:
    if body is None:
        return {alias: "absent"}
    metadata, spec, status = body["metadata"], body["spec"], body.get("status", {})
    spec = {key: value for key, value in spec.items() if key not in ("connection", "address")}
    found = {
        alias: "being deleted" if metadata.get("deletionTimestamp") else "present",
        f"{alias}.generation": str(metadata["generation"]),
        f"{alias}.observedGeneration": str(status.get("observedGeneration")),
        f"{alias}.finalizers": _text(metadata.get("finalizers", [])),
        f"{alias}.spec": _text(spec),
        f"{alias}.host": str(status.get("host")),
        f"{alias}.powerState": str(status.get("powerState")),
    }
    for one in status.get("conditions", []):
        found[f"{alias}.conditions.{one['type']}"] = f"{one['status']} {one['reason']}"
        if "observedGeneration" in one:
            found[f"{alias}.conditions.{one['type']}.observedGeneration"] = str(one["observedGeneration"])
    return found


def _world(stage: Stage, alias: str) -> Iterator[tuple[str, str]]:
    world = stage.hosts[alias].simulated
    of = {uid: machine for machine, uid in stage.uids.items()}
    yield "images", _text(world.images)
    yield "vms", _text(sorted(of.get(vm.machine_uid or "", vm.name) for vm in world.vms.values()))
    for vm in world.vms.values():
        yield f"vm.{of.get(vm.machine_uid or '', vm.name)}", _text(_vm(vm))
    for uid, folder in world.folders.items():
        journal = folder.journal or {}
        shown = {"files": sorted(folder.files), "locked": folder.locked, "state": journal.get("state")}
        yield f"folder.{of.get(uid, uid)}", _text({**shown, "steps": journal.get("steps")})
    yield "tombstones", _text(sorted(of.get(uid, uid) for uid in world.removed))
    yield "roles", _text(sorted(of.get(uid, uid) for uid in world.clustered))


def _vm(vm: Vm) -> dict[str, Any]:
    received = vm.received or {}
    return {
        "name": vm.name,
        "cpu_cores": vm.cpu_cores,
        "gb_ram": vm.gb_ram,
        "state": vm.state,
        "vlan_id": vm.vlan_id,
        "iso_attached": vm.iso_attached,
        "kvp": sorted(vm.from_host),
        "received": sorted(received.get("fields", {})),
    }


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
